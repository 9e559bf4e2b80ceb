-- Makes a stored value stale where it lies and ends the claim; a value without a header goes.
-- KEYS: value, lease. ARGV: how a header begins, the offset of the byte that says expired.
redis.call('DEL', KEYS[2])
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) == ARGV[1] then
  redis.call('SETRANGE', KEYS[1], ARGV[2], '\1')
else
  redis.call('DEL', KEYS[1])
end
return 1
