-- Leaves a load's error in its lease, for those who wait, until the back-off has passed.
-- KEYS: lease. ARGV: token, the error, ms.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
