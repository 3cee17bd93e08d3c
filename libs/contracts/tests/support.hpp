// Fixtures as the tests of this room need them.
#pragma once
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "contracts/json.hpp"

inline std::string read_fixture(const std::string& name) {
    std::ifstream in{std::string{CONTOSO_FIXTURES "/"} + name, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return std::move(out).str();
}

inline contracts::json::document parse_fixture(const std::string& text) {
    auto v = contracts::json::parse(text, {.bytes = 16 << 20, .depth = 32, .members = 1'000'000});
    return v ? std::move(*v) : *contracts::json::parse("null");
}

// One value per line.
inline std::vector<contracts::json::document> fixture_lines(const std::string& name) {
    std::vector<contracts::json::document> out;
    std::istringstream in{read_fixture(name)};
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) out.push_back(parse_fixture(line));
    return out;
}
