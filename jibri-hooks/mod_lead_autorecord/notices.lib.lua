-- What people in the room are told about the recording, and ops about a room without one.

local now = require "util.time".now; -- s, float

local options = module:require "options";
local occupants = module:require "occupants";
local patience = module:require "patience";

local unrecorded_seconds = options.number("unrecorded_seconds", 120);
local recorded_text = "Встреча записывается. Запись и расшифровка сохраняются в истории клиента."
	.." Если вы возражаете, напишите в чат одно слово: возражаю. Запись остановится и будет удалена.";
local live_text = "Встреча записывается, и слова каждого участника распознаются, пока она идёт. Запись и расшифровка с именами"
	.." сохраняются в истории клиента. Если вы возражаете, напишите в чат одно слово: возражаю. Всё остановится, записанное"
	.." будет удалено.";

return function (reports, objections, export)
local consent_text = options.text("consent_text", export.enabled and live_text or recorded_text);

-- A recorder in the room records, whatever Jicofo says of it; a stream's does not for us.
local function has_recorder(s)
	return next(s.recorders) ~= nil and not s.streaming;
end

local function is_recorded(s)
	return s.phase == "on" or has_recorder(s);
end

local function why_not(s)
	if not s.focus then return "no-focus"; end
	if s.phase == "on" then return "no-recorder"; end
	if s.streaming then return "streaming"; end
	if s.phase == "asking" then return s.reason or "asking"; end
	if s.phase == "idle" then return patience.is_early(s) and "focus-back" or "no-moderator"; end
	if s.phase == "pending" or s.phase == "busy" then return s.phase; end
	return s.reason or s.phase;
end

-- The clock of a room that has people and no recording.
local function watch(s)
	s.watch = s.watch + 1;
	if s.count == 0 or s.phase == "stopped" or objections.stands(s) or s.phase == "on" and not s.gap_since then
		s.without_since, s.unrecorded = nil, nil;
		return;
	end
	s.without_since = s.without_since or now();
	if s.unrecorded then return; end
	local mine = s.watch;
	module:add_timer(math.max(0, s.without_since + unrecorded_seconds - now()), function ()
		if s.watch ~= mine or s.phase == "gone" then return; end
		if has_recorder(s) then return unrecorded_seconds; end -- look again then: it may be one that fails each time
		s.unrecorded = true;
		module:log("warn", "room is not recorded, room=%s reason=%s", s.node, why_not(s));
		reports.report(s, "unrecorded", { reason = why_not(s) });
	end);
end

-- Something changed: who is recorded and has not been told is told, once as long as it lasts.
local function update(room, s)
	export.update(room, s);
	local recorded = is_recorded(s) or export.is_on(s);
	occupants.each_person(room, s, function (occupant, person)
		if recorded and not person.told then
			occupants.say(room, occupant, consent_text);
			reports.report(s, "notice_sent", { participant = person.id; name = person.name; session_id = s.session_id });
		end
		person.told = recorded or nil;
	end);
	watch(s);
end

return { update = update };
end;
