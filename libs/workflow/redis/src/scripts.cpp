#include "scripts.hpp"

namespace workflow::scripts {
namespace {

// A status only rises: its place in ACCEPTED < PROCESSING < FAILED < COMPLETED; 0: none.
constexpr const char* rank_of = R"(
local function rank(status)
  if not status then return 0 end
  local word = string.match(status, '^%a+')
  if word == 'ACCEPTED' then return 1 elseif word == 'PROCESSING' then return 2
  elseif word == 'FAILED' then return 3 elseif word == 'COMPLETED' then return 4 end
  return 0
end
)";

// The server's own time in µs, as digits: Lua's numbers would write it with an exponent.
constexpr const char* now_in_digits = R"(
local function now()
  local t = redis.call('TIME')
  return t[1] .. string.format('%06d', t[2])
end
)";

redis::script with(std::initializer_list<const char*> parts) {
    std::string text;
    for (const char* part : parts) text += part;
    return redis::script{std::move(text)};
}

}  // namespace

// KEYS map status pending timeline since; ARGV user pending ttl accepted-at trace.
// {0, since}: new. {1, since, status, pending}: known, false where there is none. {2, since}: another user's.
const redis::script& accept() {
    static const auto made = with({now_in_digits, R"(
local since = redis.call('GET', KEYS[5])
if not since then
  since = now()
  redis.call('SET', KEYS[5], since)
end
local there = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3])
if there[1] and there[1] ~= ARGV[1] then return {2, since} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
if there[1] or there[2] or there[3] then
  for i = 2, 4 do redis.call('PEXPIRE', KEYS[i], ARGV[3]) end
  return {1, since, there[2], there[3]}
end
redis.call('SET', KEYS[2], 'ACCEPTED', 'PX', ARGV[3])
redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
redis.call('HSETNX', KEYS[4], 'accepted', ARGV[4])
if ARGV[5] ~= '' then redis.call('HSETNX', KEYS[4], 'trace', ARGV[5]) end
redis.call('PEXPIRE', KEYS[4], ARGV[3])
return {0, since}
)"});
    return made;
}

// KEYS map status pending timeline; ARGV user rank status ttl drop-pending attempts trace, then step and time by turns.
const redis::script& apply() {
    static const auto made = with({rank_of, R"(
if ARGV[1] == '' then
  if redis.call('EXISTS', KEYS[1], KEYS[2], KEYS[3], KEYS[4]) == 0 then return 0 end
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])
end
if tonumber(ARGV[2]) > rank(redis.call('GET', KEYS[2])) then
  redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
else
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
if ARGV[5] == '1' then redis.call('DEL', KEYS[3]) else redis.call('PEXPIRE', KEYS[3], ARGV[4]) end
for i = 8, #ARGV, 2 do redis.call('HSETNX', KEYS[4], ARGV[i], ARGV[i + 1]) end
if tonumber(ARGV[6]) > tonumber(redis.call('HGET', KEYS[4], 'attempts') or 0) then
  redis.call('HSET', KEYS[4], 'attempts', ARGV[6])
end
if ARGV[7] ~= '' then redis.call('HSETNX', KEYS[4], 'trace', ARGV[7]) end
redis.call('PEXPIRE', KEYS[4], ARGV[4])
return 1
)"});
    return made;
}

// KEYS map status pending timeline. {map, status, pending, timeline as field and value by turns}
const redis::script& find() {
    static const auto made = with({R"(
local there = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3])
return {there[1], there[2], there[3], redis.call('HGETALL', KEYS[4])}
)"});
    return made;
}

// KEYS map status pending timeline; ARGV user ttl. 1: it is the user's.
const redis::script& touch() {
    static const auto made = with({rank_of, R"(
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if redis.call('HEXISTS', KEYS[4], 'queued') == 1 or rank(redis.call('GET', KEYS[2])) > 1 then
  for i = 1, 4 do redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
end
return 1
)"});
    return made;
}

// KEYS feed index status; ARGV id rank status ttl length order reason timeline.
// {'0'}: not to be told. {sequence}: new, with the previous one behind it. {sequence, fields}: it stood there already.
// The index holds the highest state told of each order that is in the feed, so that nothing is searched for.
const redis::script& append() {
    static const auto made = with({rank_of, now_in_digits, R"(
local want = tonumber(ARGV[2])
local told, at = string.match(redis.call('HGET', KEYS[2], ARGV[1]) or '', '^(%d)|(%d+)$')
told = tonumber(told or 0)
local status = redis.call('GET', KEYS[3])
if told > want or rank(status) > want then return {'0'} end
if status and rank(status) > 0 and rank(status) < want then redis.call('SET', KEYS[3], ARGV[3], 'KEEPTTL') end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
if told == want then
  local stands = redis.call('XRANGE', KEYS[1], at .. '-0', at .. '-0')[1]
  if stands then return {at, stands[2]} end
end
local sequence, previous = now(), '0'
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if last then
  previous = string.match(last[1], '^%d+')
  if tonumber(previous) >= tonumber(sequence) then sequence = string.format('%.0f', tonumber(previous) + 1) end
end
redis.call('XADD', KEYS[1], sequence .. '-0', 'id', ARGV[1], 'state', ARGV[3], 'order', ARGV[6], 'reason', ARGV[7],
  'steps', ARGV[8], 'previous', previous)
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. '|' .. sequence)
for _ = 1, redis.call('XLEN', KEYS[1]) - tonumber(ARGV[5]) do
  local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
  local stands = redis.call('HGET', KEYS[2], oldest[2][2])
  if stands and string.sub(stands, 3) .. '-0' == oldest[1] then redis.call('HDEL', KEYS[2], oldest[2][2]) end
  redis.call('XDEL', KEYS[1], oldest[1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return {sequence, previous}
)"});
    return made;
}

// KEYS feed; ARGV after. {}: no feed. {latest id, 1 if `after` is one of its numbers, entries after it}
const redis::script& read_feed() {
    static const auto made = with({R"(
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not last then return {} end
return {last[1], #redis.call('XRANGE', KEYS[1], ARGV[1] .. '-0', ARGV[1] .. '-0'),
  redis.call('XRANGE', KEYS[1], ARGV[1] .. '-1', '+')}
)"});
    return made;
}

// KEYS since.
const redis::script& forget_past() {
    static const auto made = with({now_in_digits, R"(
local since = now()
redis.call('SET', KEYS[1], since)
return since
)"});
    return made;
}

}  // namespace workflow::scripts
