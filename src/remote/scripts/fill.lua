-- Stores what was loaded only while the lease still holds the loader's token, and ends the lease.
-- KEYS: value, lease. ARGV: token, bytes, time to live in ms. 1: stored.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[2])
return 1
