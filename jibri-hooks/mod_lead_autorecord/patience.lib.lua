-- How long to wait for another attempt, and what is only early.

local now = require "util.time".now; -- s, float

local number = (module:require "options").number;

local jitter, early_seconds = number("retry_jitter", 0.2), number("early_seconds", 5);

-- Seconds after `attempts` in vain: doubled each time up to `most`, longer or shorter by the jitter.
local function pause(seconds, attempts, most)
	return math.min(most, seconds * 2 ^ math.min(attempts - 1, 20)) * (1 + jitter * (2 * math.random() - 1));
end

-- Jicofo joins a room before it makes its recorder, and tells the end of a session before its place is free.
local function is_early(s)
	return s.changed_at ~= nil and now() - s.changed_at < early_seconds;
end

return { pause = pause; is_early = is_early };
