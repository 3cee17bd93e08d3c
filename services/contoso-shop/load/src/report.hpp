// What a person (text, progress) or a program (JSON) is told of a run.
#pragma once
#include <memory>
#include <string>

#include "campaign.hpp"
#include "verify.hpp"

namespace load {

std::string report_text(const options& o, const campaign& c, const verdict& v, bool colours);
std::string report_json(const options& o, const campaign& c, const verdict& v);
std::string report_text(const findings& f, bool colours);
std::string report_json(const findings& f);

std::string with_thousands(std::uint64_t n);          // 1,234,567
std::string as_duration(std::uint64_t microseconds);  // 870 µs, 1.25 ms, 3.40 s
std::string as_json_string(std::string_view text);

// One line that is written over on a terminal, a plain line every few seconds elsewhere. Writes to stderr.
class progress_display {
public:
    progress_display(bool on, bool terminal, const campaign& c);
    ~progress_display();
    void tick();  // about five times a second

private:
    std::string line();
    bool on_, terminal_, drawn_ = false;
    const campaign& campaign_;
    nanos shown_ = 0, before_ = 0;
    std::uint64_t accepted_before_ = 0, settled_before_ = 0;
    double accepted_rate_ = 0, settled_rate_ = 0;
};

}  // namespace load
