-- The recording of a room: asked for by an IQ to Jicofo (the occupant "focus"), sent as from a moderator; what became of it stands
-- in the focus' presence, and whether a recorder is in the room. The part `s` of a room's state, changed only here:
-- phase: idle | asking (IQ is out) | pending (accepted) | on | busy (the room's one session is not ours) | waiting (for the next
--        attempt) | resting (no use in asking until something changes) | ended (by Jibri) | stopped (by a human) | gone
-- recorders: nicks in the room;  streaming: a live stream has the session;  stray: a recorder that a lost focus left behind;
-- gap_since: `on`, and the recorder has left;  changed_at: when the focus came, or a session ended.

local json = require "util.json";
local now = require "util.time".now; -- s, float
local st = require "util.stanza";
local uuid = require "util.uuid".generate;

local options = module:require "options";
local occupants = module:require "occupants";
local patience = module:require "patience";
local number = options.number;

local JIBRI = "http://jitsi.org/protocol/jibri";
local STABLE = 60; -- s; a recording that lived shorter than this does not reset the backoff
local SOON = 0.5; -- s; the pause after a refusal that is only early (patience.lib.lua)

local retry_seconds, retry_max_seconds = number("retry_seconds", 10), number("retry_max_seconds", 120);
local iq_seconds, pending_seconds = number("iq_seconds", 60), number("pending_seconds", 120);
local not_found_attempts, trouble_attempts = number("not_found_attempts", 5), number("trouble_attempts", 3);
local respect_stop, share = options.yes("respect_stop", true), options.yes("share", true);
local trouble_text = options.text("trouble_text", "Запись пока не началась: сервер записи занят или недоступен."
	.." Попытки продолжаются; если встреча важна, запишите её своими средствами.");

return function (reports, notices, objections)
local report = reports.report;
local consider;

-- Every change of phase: an answer or timer that belongs to an earlier turn comes too late and does nothing.
local function enter(s, phase)
	s.phase, s.turn = phase, s.turn + 1;
	return s.turn;
end

local function fail(s, reason, session_id)
	s.reason = reason;
	if s.count == 0 or s.stray then return; end -- nobody is there to miss it, or a recorder is there
	if s.failure == reason then return; end -- the same again is not news
	s.failure = reason;
	module:log("warn", "recording failed, room=%s reason=%s", s.node, reason);
	report(s, "recording_failed", { reason = reason; session_id = session_id });
end

local function try_in(room, s, phase, seconds)
	local turn = enter(s, phase);
	module:add_timer(seconds, function ()
		if s.turn ~= turn then return; end
		enter(s, "idle");
		consider(room, s);
	end);
end

local function retry(room, s)
	s.attempts = s.attempts + 1;
	if s.attempts >= trouble_attempts and not s.troubled and not s.stray then
		s.troubled = true;
		occupants.each_person(room, s, function (occupant) occupants.say(room, occupant, trouble_text); end);
	end
	if s.reason == "item-not-found" and s.attempts >= not_found_attempts then
		enter(s, "resting");
		return;
	end
	try_in(room, s, "waiting", patience.pause(retry_seconds, s.attempts, retry_max_seconds));
end

local function start_anew(room, s)
	s.changed_at = now();
	enter(s, "idle");
	consider(room, s);
end

local function await_start(room, s, session_id)
	s.session_id, s.reason = session_id, nil;
	local turn = enter(s, "pending");
	module:add_timer(pending_seconds, function () -- Jicofo gives up after 90 s and says so; this is for when it does not
		if s.turn ~= turn then return; end
		fail(s, "pending-timeout", session_id);
		retry(room, s);
	end);
end

-- One session a room, streams too, and Jicofo tells nothing before it is on: that ours runs must be seen.
local function await_turn(room, s)
	s.reason = "busy";
	local early = patience.is_early(s);
	if not early then s.attempts = s.attempts + 1; end
	try_in(room, s, "busy", early and SOON or patience.pause(retry_seconds, s.attempts, retry_max_seconds));
end

local function refuse(room, s, moderator, condition)
	if condition == "unexpected-request" then
		await_turn(room, s);
	elseif condition == "item-not-found" and patience.is_early(s) then
		s.reason = "focus-back";
		try_in(room, s, "waiting", SOON);
	elseif condition == "remote-server-timeout" then -- Jicofo answers when Jibri has: it may still begin
		s.reason = condition;
		retry(room, s);
	elseif condition == "not-allowed" or condition == "forbidden" then -- no moderator in Jicofo's eyes; another may be
		s.refused[moderator], s.reason = true, condition;
		enter(s, "idle");
		consider(room, s);
	else
		fail(s, condition);
		retry(room, s);
	end
end

function consider(room, s)
	if s.phase ~= "idle" or s.count == 0 or not s.focus or objections.stands(s) then return; end
	if s.streaming then return await_turn(room, s); end
	local moderator, refused = occupants.choose_moderator(room, s);
	if not moderator and refused then
		s.refused = {};
		fail(s, s.reason);
		return retry(room, s);
	end
	if not moderator then return; end -- the affiliation may still come
	local turn, nick = enter(s, "asking"), moderator.nick;
	s.asked_for, s.session_id = s.meeting_id, nil;
	local metadata = { lead_id = s.lead_id; lead_known = s.lead_known; room = s.node; autostart = true; share = share };
	-- To the focus' real JID: through the room the answer would go to the moderator's browser.
	local iq = st.iq({ type = "set"; id = uuid(); from = nick; to = s.focus }):tag("jibri", { xmlns = JIBRI; action = "start";
		recording_mode = "file"; app_data = json.encode({ file_recording_metadata = metadata }) });
	module:send_iq(iq, nil, iq_seconds):next(function (answer)
		if s.turn ~= turn then return; end
		local accepted = answer.stanza:get_child("jibri", JIBRI);
		await_start(room, s, accepted and accepted.attr.session_id);
	end, function (err)
		if s.turn ~= turn then return; end
		refuse(room, s, nick, err.condition or "undefined-condition");
	end);
end

local function end_recording(s, reason)
	if s.phase ~= "on" then return; end
	local ended = s.gap_since or now();
	if ended - s.on_since >= STABLE then s.attempts = 0; end
	report(s, "recording_off", { session_id = s.session_id; reason = reason;
		duration_ms = math.floor((ended - s.on_since) * 1000) });
	s.gap_since = nil;
end

-- The recorder that a lost focus left behind records no more, or another one does.
local function end_stray(s)
	local stray = s.stray;
	if not stray then return; end
	s.stray, s.without_since = nil, nil; -- until now it did record
	if stray.since then
		report(s, "recording_off", { session_id = stray.session_id; reason = "focus-left";
			duration_ms = math.floor((now() - stray.since) * 1000) });
	end
end

local function start_recording(room, s, session_id)
	if s.phase == "on" and s.session_id == session_id then return; end
	end_stray(s);
	enter(s, "on");
	s.session_id, s.on_since = session_id, now();
	s.failure, s.reason, s.troubled, s.refused = nil, nil, nil, {};
	report(s, "recording_on", { session_id = session_id });
	objections.check(room, s);
	notices.update(room, s);
end

local function stop_recording(room, s, status)
	local was_on, session_id = s.phase == "on", status.session_id or s.session_id;
	local by_human = status.initiator and not status.failure_reason;
	local failure = status.failure_reason or not was_on and not by_human and "pending-timeout" or nil;
	local is_of_before = not was_on and s.asked_for ~= s.meeting_id; -- it was asked for by people who have left since
	end_recording(s, failure or by_human and "stopped" or "ended");
	s.session_id, s.refused = nil, {};
	if s.count == 0 then -- Jicofo stops with the last one, also what has not begun
		enter(s, "idle");
	elseif is_of_before then
		start_anew(room, s);
	elseif by_human and respect_stop or objections.stands(s) then
		enter(s, "stopped");
	elseif failure then
		fail(s, failure, session_id);
		retry(room, s);
	elseif by_human then
		retry(room, s);
	else
		s.reason = "ended";
		enter(s, "ended");
		occupants.each_person(room, s, function (occupant)
			if s.phase == "ended" and occupants.is_unmuted(occupant) then retry(room, s); end
		end);
	end
	notices.update(room, s);
end

-- A status of the focus' presence; it repeats the last one in every presence.
local function observe_file(room, s, status)
	local key = table.concat({ status.status or "", status.session_id or "", status.failure_reason or "" }, " ");
	if s.seen == key then return; end
	s.seen = key;
	if status.status == "on" then
		start_recording(room, s, status.session_id);
	elseif status.status == "off" and s.phase == "busy" then
		start_anew(room, s);
	elseif status.status == "off" and (s.phase == "on" or s.phase == "pending" or s.phase == "asking") then
		if s.session_id and status.session_id and s.session_id ~= status.session_id then return; end
		stop_recording(room, s, status);
	end
end

local function observe_stream(room, s, status)
	local is_on = status.status ~= "off";
	if is_on == (s.streaming or false) then return; end
	s.streaming = is_on;
	if not is_on and (s.phase == "busy" or s.phase == "waiting") then start_anew(room, s); end
	notices.update(room, s);
end

local function observe(room, s, presence)
	for child in (presence or st.presence()):childtags("jibri-recording-status", JIBRI) do
		local see = (child.attr.recording_mode or "file") == "file" and observe_file or observe_stream;
		see(room, s, child.attr);
	end
end

-- Something changed for the better: a person joined or unmuted, a moderator was made.
local function encourage(room, s, phases)
	if phases[s.phase] then
		if s.phase == "resting" then s.attempts = 0; end
		enter(s, "idle");
	end
	consider(room, s);
end

-- Nothing is asked for any more in this meeting; what is under way is stopped when it is on.
local function refrain(room, s)
	if s.phase ~= "on" and s.phase ~= "pending" and s.phase ~= "asking" then enter(s, "stopped"); end
	notices.update(room, s);
end

return { JIBRI = JIBRI; refrain = refrain; enter = enter; consider = consider; encourage = encourage; observe = observe;
	end_recording = end_recording; end_stray = end_stray };
end;
