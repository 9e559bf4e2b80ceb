-- Replaces the half of a mark that stands for expiries. KEYS: mark. ARGV: 16 new bytes, ms.
local mark = redis.call('GET', KEYS[1])
local removal = string.sub(ARGV[1], 1, 8)
if mark and #mark == 16 then removal = string.sub(mark, 1, 8) end
redis.call('SET', KEYS[1], removal .. string.sub(ARGV[1], 9), 'PX', ARGV[2])
return 1
