# Flags that every target shares, and Boost.Asio compiled once for all (libs/base/src/asio.cpp).
find_package(Boost 1.81 EXACT REQUIRED COMPONENTS json container)
find_package(OpenSSL 3 REQUIRED)
find_package(Threads REQUIRED)
find_package(SQLite3 REQUIRED)

add_library(contoso_options INTERFACE)
target_compile_features(contoso_options INTERFACE cxx_std_23)
target_compile_options(contoso_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wconversion -Wno-sign-conversion
  -Wno-missing-designated-field-initializers -fno-omit-frame-pointer)
target_compile_definitions(contoso_options INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_ARRAY BOOST_ASIO_DISABLE_BOOST_REGEX _GNU_SOURCE)
if(CONTOSO_SANITIZE)
  # -fno-sanitize=function: the check's prologue data can't be placed in split coroutine functions.
  target_compile_options(contoso_options INTERFACE -fsanitize=${CONTOSO_SANITIZE} -fno-sanitize-recover=all)
  if(CONTOSO_SANITIZE MATCHES undefined)
    target_compile_options(contoso_options INTERFACE -fno-sanitize=function)
  endif()
  target_link_options(contoso_options INTERFACE -fsanitize=${CONTOSO_SANITIZE})
endif()
if(CONTOSO_FUZZ)
  target_compile_options(contoso_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
target_link_options(contoso_options INTERFACE -fuse-ld=lld)
