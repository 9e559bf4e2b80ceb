-- Stores only while the value begins as the caller has read it; with no bytes: removes it.
-- KEYS: value. ARGV: the beginning, bytes, time to live in ms. 1: it did.
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then return 0 end
if ARGV[2] == '' then return redis.call('UNLINK', KEYS[1]) end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
