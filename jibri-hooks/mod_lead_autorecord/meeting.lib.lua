-- A meeting in a room: from the first person in to the last one out, and whose it is. The other part of a room's state `s`:
-- lead_id, lead_known: of this meeting, so that its recording and all its reports agree; nil, false: the number is no lead's;
-- asked, known: the id that the gateway was asked about, and its answer;  away: all are in breakout rooms.

local jid = require "util.jid";
local now = require "util.time".now; -- s, float

local options = module:require "options";
local occupants = module:require "occupants";

local breakout_seconds = options.number("breakout_seconds", 5); -- Jitsi closes a room so long after the last one left
local hint_text = options.text("hint_text", "В названии комнаты не удалось прочитать номер лида: запись не попадёт в историю клиента сама."
	.." Правильно так: lead-12345 или lead-12345-тема, без пробелов и скобок.");
local unknown_text = options.text("unknown_text", "Лид %s не найден. Проверьте, пожалуйста, название комнаты."
	.." Правильно так: lead-12345 или lead-12345-тема, без пробелов и скобок.");

local function ms_since(moment) -- nil of a state that an older version of this module left behind
	return moment and math.floor((now() - moment) * 1000) or 0;
end

return function (reports, notices, recording, export)
local report = reports.report;

-- `kind` and `id` as read from the name.
local function new(node, kind, id)
	return { node = node; name_id = kind == "lead" and id or nil; asked = id; people = {}; count = 0; order = 0;
		phase = "idle"; turn = 0; watch = 0; attempts = 0; refused = {}; recorders = {}; sessions = {} };
end

local function hint(room, s, occupant)
	if s.name_id and s.known == false then
		occupants.say(room, occupant, (unknown_text:gsub("%%s", s.name_id)));
	elseif not s.name_id and not s.lead_id then
		occupants.say(room, occupant, hint_text);
	end
end

-- Asks the gateway; a room waits for no answer, so one that comes during a meeting is for its hint and for the next meeting.
local function look_up(room, s)
	if not s.asked then return; end
	reports.ask(s.asked, function (known)
		local is_news = s.known ~= known;
		s.known = known;
		if not is_news or known or not s.name_id then return; end
		module:log("info", "the lead of a room is not known, room=%s", s.node);
		occupants.each_person(room, s, function (occupant) hint(room, s, occupant); end);
	end);
end

local function start(s)
	s.meeting_id, s.attempts, s.failure, s.troubled, s.refused, s.sessions = export.take_id(s), 0, nil, nil, {}, {};
	s.meeting_since = now();
	s.lead_id, s.lead_known = s.name_id, nil;
	if s.known then s.lead_id = s.asked; end
	if s.known == false and s.name_id then s.lead_id, s.lead_known = nil, false; end
	report(s, "meeting_started");
	if s.phase == "on" then
		report(s, "recording_on", { session_id = s.session_id });
		if s.session_id then s.sessions[s.session_id] = false; end
	elseif s.phase ~= "pending" and s.phase ~= "asking" then
		recording.enter(s, "idle");
	end
end

local function finish(room, s)
	s.away = nil;
	export.finish(room, s);
	report(s, "meeting_ended", { duration_ms = ms_since(s.meeting_since) });
	if s.phase ~= "on" and s.phase ~= "pending" and s.phase ~= "asking" then recording.enter(s, "idle"); end
end

-- Nobody is here, but all may be in breakout rooms, or on their way there or back.
local function await_return(room, s)
	s.away = true;
	local mine = s.meeting_id;
	module:add_timer(breakout_seconds, function ()
		if not s.away or s.meeting_id ~= mine or s.phase == "gone" then return; end
		if occupants.is_anyone_away(room) then return await_return(room, s); end
		finish(room, s);
	end);
end

local function welcome_person(room, s, occupant)
	if s.people[occupant.nick] then return; end
	s.count, s.order = s.count + 1, s.order + 1;
	if s.away then
		s.away = nil;
	elseif s.count == 1 then
		start(s);
		if not s.focus then look_up(room, s); end
	end
	local person = { id = jid.resource(occupant.nick); name = occupants.name_of(occupant); order = s.order; since = now() };
	s.people[occupant.nick] = person;
	report(s, "joined", { participant = person.id; name = person.name });
	hint(room, s, occupant);
	notices.update(room, s);
	recording.encourage(room, s, { resting = true; ended = true });
end

local function lose_person(room, s, occupant)
	local person = s.people[occupant.nick];
	if not person then return; end
	s.people[occupant.nick], s.refused[occupant.nick], s.count = nil, nil, s.count - 1;
	report(s, "left", { participant = person.id; name = person.name; duration_ms = ms_since(person.since) });
	if s.count > 0 then return; end
	notices.update(room, s);
	if occupants.has_breakouts(room) then
		await_return(room, s);
	else
		finish(room, s);
	end
end

local function welcome_focus(room, s, occupant)
	s.focus, s.seen, s.streaming, s.changed_at = occupant.jid, nil, nil, now();
	export.tell_focus(room);
	recording.observe(room, s, occupant:get_presence());
	look_up(room, s);
	recording.consider(room, s);
end

local function lose_focus(room, s)
	if s.phase == "on" and next(s.recorders) then
		s.stray = { session_id = s.session_id; since = s.on_since };
	else
		recording.end_recording(s, "focus-left");
	end
	s.focus, s.seen, s.session_id, s.refused, s.attempts, s.reason = nil, nil, nil, {}, 0, nil;
	s.streaming, s.gap_since = nil, nil;
	if s.phase ~= "stopped" then recording.enter(s, "idle"); end -- a human's word outlives a restart of Jicofo
	notices.update(room, s);
end

local function welcome_recorder(room, s, occupant)
	s.recorders[occupant.nick] = true;
	if s.gap_since then -- another Jibri took over; Jicofo's `on` stood all the time
		report(s, "recording_gap", { session_id = s.session_id; duration_ms = ms_since(s.gap_since) });
		s.gap_since = nil;
	end
	notices.update(room, s);
end

local function lose_recorder(room, s, occupant)
	if not s.recorders[occupant.nick] then return; end
	s.recorders[occupant.nick] = nil;
	if next(s.recorders) then return; end
	if s.phase == "on" then s.gap_since = now(); end
	recording.end_stray(s);
	notices.update(room, s);
end

return { new = new; finish = finish; await_return = await_return; welcome_person = welcome_person;
	lose_person = lose_person; welcome_focus = welcome_focus; lose_focus = lose_focus; welcome_recorder = welcome_recorder;
	lose_recorder = lose_recorder };
end;
