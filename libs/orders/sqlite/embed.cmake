# cmake -DOUT=file.cpp -DMIGRATIONS=a,b -DSEED=dir -P embed.cmake
#   Writes the migrations and the seed into a source, as raw strings with their checksums: the program reads no files.
string(REPLACE "," ";" migrations "${MIGRATIONS}")
set(delimiter "embedded_text")

# A string literal longer than 64 KiB is more than the language promises.
function(append_literal path)
  file(READ "${path}" text)
  if(text MATCHES "\\)${delimiter}\"")
    message(FATAL_ERROR "${path} holds the delimiter of its own literal")
  endif()
  string(LENGTH "${text}" length)
  if(length GREATER 60000)
    message(FATAL_ERROR "${path} is too long for one literal")
  endif()
  set(source "${source}R\"${delimiter}(${text})${delimiter}\"" PARENT_SCOPE)
endfunction()

set(source "// Written by embed.cmake.\n#include \"orders/sqlite/schema.hpp\"\n\nnamespace orders {\nnamespace {\n\n")
string(APPEND source "constexpr migration migrations[] = {\n")
foreach(path IN LISTS migrations)
  get_filename_component(name "${path}" NAME_WE)
  string(REGEX MATCH "^[0-9][0-9][0-9][0-9]" digits "${name}")
  if(NOT digits)
    message(FATAL_ERROR "${path}: a migration is called NNNN_name.sql")
  endif()
  math(EXPR version "1${digits} - 10000")
  file(SHA256 "${path}" checksum)
  string(APPEND source "    {${version}, \"${name}\", ")
  append_literal("${path}")
  string(APPEND source ", \"${checksum}\"},\n")
endforeach()
string(APPEND source "};\n\n")
foreach(file products customers orders)
  string(APPEND source "constexpr std::string_view ${file}_csv = ")
  append_literal("${SEED}/${file}.csv")
  string(APPEND source ";\n")
endforeach()
string(APPEND source "\n}  // namespace\n\n"
  "std::span<const migration> sqlite_migrations() { return migrations; }\n"
  "seed_files shop_seed() { return {products_csv, customers_csv, orders_csv}; }\n\n"
  "}  // namespace orders\n")
file(WRITE "${OUT}" "${source}")
