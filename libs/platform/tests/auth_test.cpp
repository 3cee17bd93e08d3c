#include "platform/auth.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/manual_clock.hpp"
#include "base64url.hpp"
#include "claims.hpp"
#include "hmac.hpp"

using platform::token_fault;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t now_s = 1'767'225'600;  // where manual_clock starts
const std::string secret = "k7Jq2vXw9ZrT4mNc8LpY3sHd6FgB1aQe";
const std::string good_header = R"({"alg":"HS256","typ":"JWT"})";

std::string base64(std::string_view bytes) {
    std::string out;
    platform::append_base64url(out, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    return out;
}

std::string signature_of(std::string_view text, std::string_view key = secret) {
    const auto mac = platform::hmac_sha256{key}.sign(text);
    return base64({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::string signed_raw(const std::string& header64, const std::string& payload64) {
    const auto text = header64 + '.' + payload64;
    return text + '.' + signature_of(text);
}

std::string signed_token(const std::string& header, const std::string& payload) {
    return signed_raw(base64(header), base64(payload));
}

std::string at(std::int64_t offset) { return std::to_string(now_s + offset); }

// A payload that is good but for what `more` says.
std::string claims(const std::string& more = {}) {
    return R"({"sub":"CUST-0001","iss":"us","aud":"shop","exp":)" + at(3600) + (more.empty() ? "" : "," + more) + "}";
}

struct TokenVerifier : testing::Test {
    base::manual_clock time;
    std::unique_ptr<platform::token_verifier> verifier = make({{secret, "us", "shop"}});

    std::unique_ptr<platform::token_verifier> make(std::vector<platform::jwt_options::key> keys) {
        return platform::make_verifier({.keys = std::move(keys)}, time);
    }
    std::string user_of(const std::string& payload) {
        const auto who = verifier->verify(signed_token(good_header, payload));
        return who ? who->user : "fault " + std::to_string(static_cast<int>(who.error()));
    }
    void expect_fault(token_fault fault, const std::string& token, const std::string& why) {
        for (int again = 0; again < 2; ++again) {  // the cache must not make it good
            const auto who = verifier->verify(token);
            ASSERT_FALSE(who) << why;
            EXPECT_EQ(fault, who.error()) << why;
        }
    }
};

}  // namespace

TEST_F(TokenVerifier, TakesWhatMakeTokenMakes) {
    const auto made = platform::make_token({"CUST-0001", "us", "shop", secret, {"admin", "ops"}, 10min}, time);
    const auto who = verifier->verify(made.text);

    ASSERT_TRUE(who);
    EXPECT_EQ("CUST-0001", who->user);
    EXPECT_THAT(who->roles, testing::ElementsAre("admin", "ops"));
    EXPECT_EQ(time.now() + 600'000'000, made.expires);
    EXPECT_EQ(made.expires, who->expires);
}

TEST_F(TokenVerifier, TakesTheExampleOfTheStandard) {  // RFC 7515 A.1, its key in base64url
    const auto key = *platform::read_base64url(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
    const auto v = make({{key, "", ""}});
    const auto who = v->verify(
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
        "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    EXPECT_EQ(token_fault::expired, who.error());  // its signature is good; it ran out in 2011
}

TEST_F(TokenVerifier, RefusesHostileHeaders) {
    for (const auto* header : {R"({"alg":"none"})",
                               R"({"alg":"None"})",
                               R"({"alg":"NONE"})",
                               R"({"alg":"nOnE"})",
                               R"({"alg":""})",
                               R"({"alg":null})",
                               R"({"alg":["HS256"]})",
                               R"({"alg":"HS384"})",
                               R"({"alg":"HS512"})",
                               R"({"alg":"RS256"})",
                               R"({"alg":"ES256"})",
                               R"({"alg":"PS256"})",
                               R"({"alg":"EdDSA"})",
                               R"({"alg":"hs256"})",
                               R"({"alg":"HS256 "})",
                               R"({"alg":" HS256"})",
                               R"({"alg":"HS256\u0000"})",
                               R"({"typ":"JWT"})",
                               R"({"alg":"HS256","alg":"none"})",
                               R"({"alg":"none","alg":"HS256"})",
                               R"({"alg":"HS256","crit":["exp"]})",
                               R"({"alg":"HS256","crit":[]})",
                               R"({"alg":"HS256","crit":["b64"],"b64":false})",
                               R"({"alg":"HS256","typ":"JWE"})",
                               R"({"alg":"HS256","typ":5})",
                               R"({"alg":"dir","enc":"A128GCM"})",
                               "[]",
                               "null",
                               "",
                               "{",
                               "\"HS256\"",
                               "{\"alg\":\"HS256\"}x",
                               "{\"alg\":\"HS256\",}",
                               "{alg:\"HS256\"}",
                               "{\"alg\":\"HS256\",\"a\":[[[[[[[[[[[[]]]]]]]]]]]]}",
                               "{\"alg\":\"HS256\",\"x\":\"\xFF\"}"})
        expect_fault(token_fault::invalid, signed_token(header, claims()), header);
}

TEST_F(TokenVerifier, IgnoresKeysThatTheTokenOffers) {
    for (const auto* more :
         {R"("jwk":{"kty":"oct","k":"AAAA"})", R"("jku":"https://evil.test/keys")", R"("x5u":"https://evil.test/")",
          R"("kid":"../../../../dev/null")", R"("kid":"x' OR 1=1")"}) {
        const auto header = R"({"alg":"HS256",)" + std::string{more} + "}";
        EXPECT_TRUE(verifier->verify(signed_token(header, claims()))) << more;
        const auto text = base64(header) + '.' + base64(claims());
        expect_fault(token_fault::invalid, text + '.' + signature_of(text, ""),
                     more);  // signed with the offered, empty key
    }
    EXPECT_TRUE(verifier->verify(signed_token(R"({"alg":"HS256","typ":"at+jwt"})", claims())));
    EXPECT_TRUE(verifier->verify(signed_token(R"({"alg":"HS256"})", claims())));
}

TEST_F(TokenVerifier, RefusesBrokenShapes) {
    const auto good = signed_token(good_header, claims());
    const auto text = good.substr(0, good.rfind('.'));
    const auto signature = good.substr(good.rfind('.') + 1);
    ASSERT_TRUE(verifier->verify(good));
    for (const auto& [token, why] : std::initializer_list<std::pair<std::string, const char*>>{
             {text, "two parts"},
             {text + '.', "empty signature"},
             {good + '.', "four parts"},
             {good + ".e.f", "five parts, as a JWE"},
             {good + "..", "more dots"},
             {"....", "dots only"},
             {"..", "two dots"},
             {"a.b.c", "letters"},
             {"garbage", "no dot"},
             {good.substr(0, good.size() - 1), "signature one short"},
             {good.substr(0, good.size() - 4), "signature four short"},
             {good + 'A', "signature one long"},
             {good + "AAAA", "signature four long"},
             {good + '=', "padding"},
             {good + '\n', "line end"},
             {' ' + good, "blank in front"},
             {text + ". " + signature, "blank inside"},
             {text + '.' + signature_of(text, "other key"), "another key"},
             {text + '.' + signature_of(text, ""), "empty key"},
             {'A' + good, "header changed"},
             {text + "A." + signature, "payload changed"},
             {signed_raw(base64(good_header) + "=", base64(claims())), "padded header"},
             {signed_raw(base64(good_header), base64(claims()) + "=="), "padded payload"},
             {signed_raw("e+/=", base64(claims())), "another alphabet"},
             {signed_raw(base64(good_header), ""), "no payload"},
             {signed_raw("", base64(claims())), "no header"},
             {std::string(100 * 1024, 'a'), "100 KB"},
             {signed_token(good_header, claims("\"x\":\"" + std::string(100'000, 'x') + '"')), "100 KB, signed"},
             {std::string("\0.\0.\0", 5), "NUL"}})
        expect_fault(token_fault::invalid, token, why);
    EXPECT_EQ(token_fault::missing, verifier->verify("").error());
}

TEST_F(TokenVerifier, RefusesTheOtherSpellingOfASignature) {
    const auto good = signed_token(good_header, claims());
    int taken = 0;  // 32 bytes are 43 letters: the last one's two spare bits could be spelled four ways
    for (const char c : std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"})
        taken += verifier->verify(good.substr(0, good.size() - 1) + c).has_value();
    EXPECT_EQ(1, taken);
}

TEST_F(TokenVerifier, RefusesBadPayloads) {
    const auto plain = R"("iss":"us","aud":"shop","exp":)" + at(3600);
    for (const auto& payload :
         std::vector<std::string>{"{}",
                                  "[]",
                                  "null",
                                  "x",
                                  R"({"sub":"a","iss":"us","aud":"shop"})",
                                  claims(R"("exp":1)"),
                                  claims(R"("sub":"CUST-0002")"),
                                  R"({"sub":"a","iss":"us","aud":"shop","exp":")" + at(3600) + "\"}",
                                  R"({"sub":"a","iss":"us","aud":"shop","exp":null})",
                                  R"({"sub":"a","iss":"us","aud":"shop","exp":1e999})",
                                  R"({"sub":"a","iss":"us","aud":"shop","exp":1e300})",
                                  R"({"sub":"a","iss":"us","aud":"shop","exp":-1})",
                                  R"({"sub":"a","iss":"us","aud":"shop","exp":18446744073709551615})",
                                  R"({"sub":"a","iss":"us","aud":"shop","exp":[1]})",
                                  R"({"sub":"a","iss":"us","aud":"shop","exp":true})",
                                  claims("\"nbf\":" + at(60)),
                                  claims(R"("nbf":"0")"),
                                  claims("\"iat\":" + at(60)),
                                  claims(R"("iat":"x")"),
                                  R"({"sub":"a","iss":"them","aud":"shop","exp":)" + at(60) + "}",
                                  R"({"sub":"a","aud":"shop","exp":)" + at(60) + "}",
                                  R"({"sub":"a","iss":["us"],"aud":"shop","exp":)" + at(60) + "}",
                                  R"({"sub":"a","iss":"us","aud":"other","exp":)" + at(60) + "}",
                                  R"({"sub":"a","iss":"us","aud":["x","y"],"exp":)" + at(60) + "}",
                                  R"({"sub":"a","iss":"us","aud":["shop",1],"exp":)" + at(60) + "}",
                                  R"({"sub":"a","iss":"us","aud":[],"exp":)" + at(60) + "}",
                                  R"({"sub":"a","iss":"us","aud":{"shop":1},"exp":)" + at(60) + "}",
                                  R"({"sub":"a","iss":"us","exp":)" + at(60) + "}",
                                  R"({"sub":["a"],)" + plain + "}",
                                  R"({"sub":true,)" + plain + "}",
                                  R"({"sub":7,)" + plain + "}",
                                  R"({"sub":null,)" + plain + "}",
                                  R"({"sub":{"a":1},)" + plain + "}",
                                  R"({"sub":"a\u0000b",)" + plain + "}",
                                  R"({"sub":" a",)" + plain + "}",
                                  R"({"sub":"a ",)" + plain + "}",
                                  R"({"sub":"\u00a0a",)" + plain + "}",
                                  R"({"sub":"a\n",)" + plain + "}",
                                  R"({"sub":"a\u0085b",)" + plain + "}",
                                  R"({"sub":"\ud800",)" + plain + "}",
                                  R"({"sub":")" + std::string(65, 'x') + "\"," + plain + "}",
                                  R"({"oid":")" + std::string(65, 'x') + "\"," + plain + "}",
                                  claims(R"("role":1)"),
                                  claims(R"("roles":["a",1])")})
        expect_fault(token_fault::invalid, signed_token(good_header, payload), payload.substr(0, 200));
}

TEST_F(TokenVerifier, TellsWhoItIs) {
    const auto rest = R"(,"iss":"us","aud":["x","shop"],"exp":)" + at(3600) + ".5}";
    EXPECT_EQ("a", user_of(R"({"sub":"a","oid":"b")" + rest));
    EXPECT_EQ(
        "u",
        user_of(
            R"({"oid":"b","http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier":"u","nameid":"n")" +
            rest));
    EXPECT_EQ("s", user_of(R"({"oid":"b","nameidentifier":"s")" + rest));
    EXPECT_EQ("n", user_of(R"({"oid":"b","nameid":"n")" + rest));
    EXPECT_EQ("Zoë \xF0\x9F\x98\x80 x", user_of(R"({"sub":"Zo\u00eb \ud83d\ude00 x")" + rest));
    const std::string sixty_four(64, 'x');
    EXPECT_EQ(sixty_four, user_of(R"({"sub":")" + sixty_four + '"' + rest));
    std::string wide;
    for (int i = 0; i < 64; ++i) wide += "\xC3\xA9";
    EXPECT_EQ(wide, user_of(R"({"sub":")" + wide + '"' + rest));
}

TEST_F(TokenVerifier, KnowsNoIdentityFromABadOne) {
    expect_fault(token_fault::no_identity,
                 signed_token(good_header, R"({"iss":"us","aud":"shop","exp":)" + at(60) + "}"), "none");
    for (const auto* more : {"", R"("oid":"b",)"})
        expect_fault(token_fault::invalid,
                     signed_token(good_header, R"({"sub":"",)" + std::string{more} +
                                                   R"("iss":"us","aud":"shop","exp":)" + at(60) + "}"),
                     "empty");
}

TEST_F(TokenVerifier, ReadsRolesWhereverTheyAre) {
    const auto who = verifier->verify(signed_token(
        good_header,
        claims(
            R"("role":"a","roles":["b"],"http://schemas.microsoft.com/ws/2008/06/identity/claims/role":["c","d"])")));
    ASSERT_TRUE(who);
    EXPECT_THAT(who->roles, testing::ElementsAre("a", "b", "c", "d"));
}

TEST_F(TokenVerifier, AllowsThirtySecondsOfClockSkew) {
    const auto with_exp = [](std::int64_t offset) {
        return signed_token(good_header, R"({"sub":"a","iss":"us","aud":"shop","exp":)" + at(offset) + "}");
    };
    EXPECT_TRUE(verifier->verify(with_exp(-10)));
    EXPECT_TRUE(verifier->verify(with_exp(-29)));
    expect_fault(token_fault::expired, with_exp(-30), "at the end of the leeway");
    expect_fault(token_fault::expired, with_exp(-60), "expired 60 s ago");
    expect_fault(token_fault::expired, with_exp(-now_s), "exp 0");
    EXPECT_TRUE(verifier->verify(signed_token(good_header, claims("\"nbf\":" + at(29)))));
    EXPECT_TRUE(verifier->verify(signed_token(good_header, claims("\"iat\":" + at(29)))));
}

TEST_F(TokenVerifier, ARememberedTokenStillRunsOut) {
    const auto token = signed_token(good_header, claims());
    ASSERT_TRUE(verifier->verify(token));
    time.advance(3629s);
    EXPECT_TRUE(verifier->verify(token));
    time.advance(1s);
    expect_fault(token_fault::expired, token, "after its end");
}

TEST_F(TokenVerifier, RemembersFarMoreTokensThanItKeeps) {
    const auto small = platform::make_verifier({.keys = {{secret, "", ""}}, .cache = 8}, time);
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 100; ++i) {
            const auto made = platform::make_token({"user-" + std::to_string(i), "", "", secret, {}, 1h}, time);
            const auto who = small->verify(made.text);
            ASSERT_TRUE(who);
            EXPECT_EQ("user-" + std::to_string(i), who->user);
        }
}

TEST_F(TokenVerifier, EachKeyHasItsOwnIssuer) {
    const std::string other = "pM5xQ8cV2bN7zL4kJ1hG6fD3sA9wE0rT";
    verifier = make({{secret, "us", "shop"}, {other, "dev", ""}});
    EXPECT_TRUE(verifier->verify(platform::make_token({"a", "dev", "", other, {}, 1h}, time).text));
    EXPECT_EQ(token_fault::invalid,
              verifier->verify(platform::make_token({"a", "us", "shop", other, {}, 1h}, time).text).error());
    EXPECT_EQ(token_fault::invalid,
              verifier->verify(platform::make_token({"a", "dev", "", secret, {}, 1h}, time).text).error());
}

TEST_F(TokenVerifier, WithoutKeysNothingIsGood) {
    verifier = make({});
    expect_fault(token_fault::invalid, signed_token(good_header, claims()), "no keys");
}

TEST_F(TokenVerifier, ReadsTheAuthorizationHeader) {
    const auto token = signed_token(good_header, claims());
    EXPECT_TRUE(verifier->verify_header("Bearer " + token));
    EXPECT_TRUE(verifier->verify_header("bearer " + token));
    EXPECT_TRUE(verifier->verify_header("BEARER   " + token));
    for (const auto* none : {"", "Bearer", "Bearer ", "Basic dTpw", "Bear", "Token abc"})
        EXPECT_EQ(token_fault::missing, verifier->verify_header(none).error()) << none;
    EXPECT_EQ(token_fault::invalid, verifier->verify_header("Bearer " + token + ", Bearer " + token).error());
    EXPECT_EQ(token_fault::missing, verifier->verify_header("Bearer" + token).error());
}

TEST(SigningKey, WeaknessesAreNamed) {
    EXPECT_EQ("", platform::weakness_of_key(secret));
    EXPECT_EQ("", platform::weakness_of_key("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"));
    EXPECT_EQ("it is empty", platform::weakness_of_key(""));
    EXPECT_EQ("it is shorter than 32 bytes", platform::weakness_of_key("k7Jq2vXw9ZrT4mNc8LpY3sHd6FgB1aQ"));
    for (const auto* weak : {"change-me-change-me-change-me-change-me", "CHANGE_THIS_SIGNING_KEY_TO_SOMETHING!",
                             "your-256-bit-secret-your-256-bit-secret", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                             "0123456789abcdef0123456789abcdef", "abababababababababababababababababab"})
        EXPECT_NE("", platform::weakness_of_key(weak)) << weak;
}

TEST(Base64Url, IsStrict) {
    EXPECT_EQ("", platform::read_base64url(""));
    EXPECT_EQ("f", platform::read_base64url("Zg"));
    EXPECT_EQ("foobar", platform::read_base64url("Zm9vYmFy"));
    for (const auto* bad : {"Z", "Zg==", "Zh", "Zm9", "Zm+/", "Zg\n", "Z g", "Zm9vY"})
        EXPECT_FALSE(platform::read_base64url(bad)) << bad;
    for (std::size_t n = 0; n < 40; ++n) {
        const std::string bytes(n, '\xA7');
        EXPECT_EQ(bytes, platform::read_base64url(base64(bytes)));
    }
}
