-- A direct write: replaces the value and ends whatever claim there is, as one.
-- KEYS: value, lease. ARGV: bytes, time to live in ms, or 0 for none.
if ARGV[2] == '0' then
  redis.call('SET', KEYS[1], ARGV[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
redis.call('DEL', KEYS[2])
return 1
