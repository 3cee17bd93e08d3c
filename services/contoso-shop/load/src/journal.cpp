#include "journal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>

namespace load {
namespace {

using base::fail;
using base::fault_kind;

void append_encoded(std::string& out, std::string_view text) {
    static constexpr char hex[] = "0123456789ABCDEF";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte < 0x7f && c != '%' && c != '*' && c != ',') {
            out += c;
        } else {
            out += '%';
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
    }
}

template <class Number>
bool read_number(std::string_view text, Number& into, int radix = 10) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into, radix);
    return error == std::errc{} && end == text.data() + text.size();
}

bool decode(std::string_view text, std::string& out) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        unsigned byte = 0;
        if (!read_number(text.substr(i + 1, 2), byte, 16)) return false;
        out += char(byte);
        i += 2;
    }
    return true;
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;  // product ids hold no control characters
    }
    out += '"';
}

std::string_view take_word(std::string_view& line) {
    const auto end = std::min(line.find(' '), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

bool read_id(std::string_view word, base::uuid& into) {
    if (word == "-") return true;
    const auto id = base::uuid::parse(word);
    if (id) into = *id;
    return id.has_value();
}

class reader {
public:
    explicit reader(journal_content& into) : into_{into} {}

    bool line(std::string_view line) {
        const auto kind = take_word(line);
        if (kind == "I") return intent(line);
        if (kind == "A") return answer(line);
        if (kind == "R") return refusal(line);
        if (kind == "N") return ++into_.told, true;
        if (kind == "U") return user(line);
        if (kind == "B") return goods(line);
        if (kind == "E") return into_.ended = true;
        return false;
    }

private:
    bool next_number(std::string_view& line, std::size_t below, std::size_t& into) {
        return read_number(take_word(line), into) && into < below;
    }
    bool user(std::string_view line) {
        std::size_t n = 0;
        if (!read_number(take_word(line), n) || n != into_.users.size()) return false;
        into_.users.emplace_back(line);
        return true;
    }
    bool goods(std::string_view line) {
        std::size_t n = 0;
        if (!read_number(take_word(line), n) || n != into_.baskets.size()) return false;
        auto read = basket::read(line);
        if (read) into_.baskets.push_back(std::move(*read));
        return read.has_value();
    }
    bool intent(std::string_view line) {
        journal_content::intent made;
        std::size_t n = 0;
        if (!read_number(take_word(line), n) || n != into_.intents.size()) return false;
        if (!next_number(line, into_.users.size(), made.user)) return false;
        if (!next_number(line, into_.baskets.size(), made.basket)) return false;
        if (!read_id(take_word(line), made.key) || !read_id(take_word(line), made.id)) return false;
        into_.intents.push_back(made);
        return true;
    }
    bool answer(std::string_view line) {
        std::size_t n = 0;
        if (!next_number(line, into_.intents.size(), n)) return false;
        into_.intents[n].accepted = true;
        return read_id(take_word(line), into_.intents[n].id);
    }
    bool refusal(std::string_view line) {
        std::size_t n = 0;
        return next_number(line, into_.intents.size(), n) && read_number(take_word(line), into_.intents[n].refused);
    }
    journal_content& into_;
};

}  // namespace

std::string basket::body() const {
    std::string out = R"({"items":[)";
    for (const auto& line : lines) {
        if (&line != &lines.front()) out += ',';
        out += R"({"productId":)";
        append_json_string(out, line.product);
        out += R"(,"quantity":)" + std::to_string(line.quantity) + '}';
    }
    return out += "]}";
}

std::string basket::text() const {
    std::string out;
    for (const auto& line : lines) {
        if (&line != &lines.front()) out += ',';
        append_encoded(out, line.product);
        out += '*' + std::to_string(line.quantity);
    }
    return out;
}

base::result<basket> basket::read(std::string_view text) {
    basket out;
    while (!text.empty()) {
        const auto piece = text.substr(0, text.find(','));
        text.remove_prefix(std::min(piece.size() + 1, text.size()));
        const auto star = piece.find('*');
        line made;
        if (star == piece.npos || !decode(piece.substr(0, star), made.product) ||
            !read_number(piece.substr(star + 1), made.quantity))
            return fail(fault_kind::invalid, "a basket that can't be read: " + std::string{piece});
        out.lines.push_back(std::move(made));
    }
    return out;
}

base::result<std::unique_ptr<journal>> journal::open(const std::string& path, std::string_view url) {
    if (path.empty()) return std::unique_ptr<journal>{new journal{-1}};
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) return fail(fault_kind::unavailable, path + ": " + std::strerror(errno));
    std::unique_ptr<journal> made{new journal{file}};
    struct stat about{};
    if (::fstat(file, &about) != 0 || about.st_size != 0)
        return fail(fault_kind::conflict, path + ": holds something already; a ledger speaks of one run");
    made->pending_ += "# contoso-load 1 ";
    made->pending_ += url;
    made->end_line();
    return made;
}

journal::~journal() {
    if (file_ < 0) return;
    flush();
    ::close(file_);
}

journal& journal::add(char kind) {
    pending_ += kind;
    return *this;
}

journal& journal::add(std::size_t number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    pending_ += ' ';
    pending_.append(digits, end);
    return *this;
}

journal& journal::add(std::string_view word) {
    pending_ += ' ';
    pending_ += word;
    return *this;
}

journal& journal::add(const base::uuid& id) {
    pending_ += ' ';
    if (id.is_nil())
        pending_ += '-';
    else
        id.append_to(pending_);
    return *this;
}

void journal::end_line() { pending_ += '\n'; }

void journal::user(std::size_t n, std::string_view id) {
    if (active()) add('U').add(n).add(id).end_line();
}
void journal::goods(std::size_t n, const basket& b) {
    if (active()) add('B').add(n).add(b.text()).end_line();
}
void journal::intent(std::size_t n, std::size_t user, std::size_t basket, const base::uuid& key, const base::uuid& id) {
    if (active()) add('I').add(n).add(user).add(basket).add(key).add(id).end_line();
}
void journal::accepted(std::size_t n, const base::uuid& id) {
    if (active()) add('A').add(n).add(id).end_line();
}
void journal::refused(std::size_t n, unsigned status) {
    if (active()) add('R').add(n).add(std::size_t{status}).end_line();
}
void journal::told(std::size_t user, const base::uuid& id, std::string_view status, std::int64_t order,
                   std::int64_t sequence) {
    if (active()) add('N').add(user).add(id).add(status).add(std::size_t(order)).add(std::size_t(sequence)).end_line();
}
void journal::ended() {
    if (active()) add('E').end_line();
}

bool journal::flush() {
    std::string_view left = pending_;
    while (!left.empty()) {
        const auto taken = ::write(file_, left.data(), left.size());
        if (taken < 0 && errno == EINTR) continue;
        if (taken < 0) break;
        left.remove_prefix(std::size_t(taken));
    }
    const bool all = left.empty();
    pending_.clear();
    return all;
}

base::result<journal_content> parse_journal(std::string_view text) {
    static constexpr std::string_view mark = "# contoso-load 1 ";
    const auto first = text.find('\n');
    if (first == text.npos || !text.starts_with(mark))
        return fail(fault_kind::invalid, "this is no ledger of contoso load");
    journal_content out;
    out.url = text.substr(mark.size(), first - mark.size());
    reader read{out};
    std::size_t number = 1;
    for (text.remove_prefix(first + 1); !text.empty();) {
        const auto end = text.find('\n');
        ++number;
        if (end == text.npos) break;
        if (!read.line(text.substr(0, end)))
            return fail(fault_kind::invalid, "line " + std::to_string(number) + " can't be read");
        text.remove_prefix(end + 1);
    }
    return out;
}

base::result<journal_content> read_journal(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) return fail(fault_kind::unavailable, path + ": can't be opened");
    std::ostringstream all;
    all << file.rdbuf();
    auto read = parse_journal(std::move(all).str());
    if (!read) read.error().message = path + ": " + read.error().message;
    return read;
}

}  // namespace load
