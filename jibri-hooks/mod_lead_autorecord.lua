-- Rooms named after a lead record themselves. For the MUC component, Prosody 0.12 and 13; settings: prosody.md.
--
-- A recording is asked for by an IQ to Jicofo (the occupant "focus"), sent as from a moderator; what became of it stands in the
-- focus' presence. One table per room (`rooms`), changed only by the functions below "Recording".
-- phase: idle | asking (IQ is out) | pending (accepted) | on | waiting (for the next attempt) | resting (no use in asking
--        until something changes) | ended (by Jibri) | stopped (by a human) | gone (the room is)

local encodings = require "util.encodings";
local http = require "net.http";
local jid = require "util.jid";
local json = require "util.json";
local now = require "util.time".now; -- s, float
local st = require "util.stanza";
local uuid = require "util.uuid".generate;

local JIBRI = "http://jitsi.org/protocol/jibri";
local STABLE = 60; -- s; a recording that lived shorter than this does not reset the backoff

local function number(name, default)
	return module:get_option_number("lead_autorecord_"..name, default);
end
local function text(name, default)
	return module:get_option_string("lead_autorecord_"..name, default);
end

local retry_seconds, retry_max_seconds = number("retry_seconds", 10), number("retry_max_seconds", 120);
local retry_jitter = number("retry_jitter", 0.2);
local iq_seconds, pending_seconds = number("iq_seconds", 30), number("pending_seconds", 120);
local not_found_attempts, trouble_attempts = number("not_found_attempts", 5), number("trouble_attempts", 3);
local unrecorded_seconds = number("unrecorded_seconds", 120);
local respect_stop = module:get_option_boolean("lead_autorecord_respect_stop", true);
local share = module:get_option_boolean("lead_autorecord_share", true);
local focus_jid = text("focus_jid", nil);
local hidden_domains = module:get_option_set("lead_autorecord_hidden_domains", {});
local prefixes; -- set below, when they can be folded

local consent_text = text("consent_text", "Встреча записывается. Запись и расшифровка сохраняются в истории клиента."
	.." Если вы не согласны на запись, покиньте встречу.");
local trouble_text = text("trouble_text", "Запись пока не началась: сервер записи занят или недоступен."
	.." Попытки продолжаются; если встреча важна, запишите её своими средствами.");
local hint_text = text("hint_text", "В названии комнаты не удалось прочитать номер лида: запись не попадёт в историю клиента сама."
	.." Правильно так: lead-12345 или lead-12345-тема.");

-- Room names (the same parser in Python: processors/normalize/jitsi.py; one table of cases: tests/fixtures/rooms.json) ------

local prep = encodings.stringprep;

local function code_point(char)
	local first, value = char:byte();
	if first < 0x80 then return first; end
	value = first % (first >= 0xF0 and 0x08 or first >= 0xE0 and 0x10 or 0x20);
	for i = 2, #char do value = value * 64 + char:byte(i) % 64; end
	return value;
end

local function within(char, ranges)
	local point = code_point(char);
	for i = 1, #ranges, 2 do
		if point >= ranges[i] and point <= ranges[i + 1] then return true; end
	end
	return false;
end

-- A byte and the continuation bytes behind it: a character, or harmless rubbish where the UTF-8 is broken.
local CHAR = ".[\128-\191]*";
local DASHES, COMBINING = { 0x2010, 0x2015, 0x2212, 0x2212 }, { 0x300, 0x36F };

-- NFKC and case folding by stringprep, character by character: it refuses a whole text for one character that a JID cannot
-- have, and would remove zero-width characters.
local function fold(name)
	local clusters, folded = {}, {};
	for char in name:gmatch(CHAR) do
		if #clusters > 0 and within(char, COMBINING) then
			clusters[#clusters] = clusters[#clusters]..char;
		else
			clusters[#clusters + 1] = char;
		end
	end
	for _, cluster in ipairs(clusters) do
		local prepared = #cluster == 1 and cluster:lower() or prep.nodeprep(cluster) or prep.resourceprep(cluster);
		if not prepared or prepared == "" then prepared = cluster; end
		for char in prepared:gmatch(CHAR) do
			folded[#folded + 1] = within(char, DASHES) and "-" or char;
		end
	end
	return folded;
end

-- The room in a meeting URL, JID or node, without tenant and domain, as a list of characters.
local function bare_room(name)
	local last = name:gsub("/+$", ""):match("[^/]*$"):match("^[^@]*"):gsub("^%[[^%]]*%]", "");
	return fold((last:gsub("%%(%x%x)", function (hex) return string.char(tonumber(hex, 16)); end)));
end

local SEPARATORS = { 0x20, 0x2F, 0x3A, 0x40, 0x5B, 0x60, 0x7B, 0xBF, 0x2000, 0x2BFF, 0x3000, 0x303F, 0xFE00, 0xFE0F,
	0xFEFF, 0xFEFF, 0x1F000, 0x1FAFF };
local DIGITS = { 0x30, 0x39, 0x660, 0x669, 0x6F0, 0x6F9, 0x966, 0x96F };
local LOOKALIKES = {};
for latin, others in pairs({
	a = "аαáàâäå"; c = "сϲç"; d = "ԁ"; e = "еёєεéèêë"; g = "ɡ"; h = "һ"; j = "ј"; k = "кκ"; l = "іїӏιi1|!"; m = "м";
	n = "ոп"; o = "оοσ0óòôö"; p = "рρ"; q = "ԛ"; s = "ѕ"; t = "тτ"; u = "υü"; v = "νѵ"; w = "ԝ"; x = "хχ"; y = "уγ";
}) do
	for char in others:gmatch(CHAR) do LOOKALIKES[char] = latin; end
end

local function plain(char)
	return LOOKALIKES[char] or char;
end

-- The stem of a prefix, perhaps in look-alike letters, and a number behind it that is not where it should be.
local function is_near(chars, stem)
	for i, char in ipairs(stem) do
		if not chars[i] or plain(chars[i]) ~= plain(char) then return false; end
	end
	local i = #stem + 1;
	local function skip(limit, fits)
		local last = i + limit;
		while i < last and chars[i] and fits(chars[i]) do i = i + 1; end
	end
	local function is_separator(char) return within(char, SEPARATORS); end
	skip(8, is_separator);
	local word = (chars[i] or "")..(chars[i + 1] or "");
	if word == "no" or word == "id" then
		i = i + 2;
		skip(8, is_separator);
	end
	skip(2, function (char) return char == "o" or char == "i" or char == "l"; end);
	return chars[i] ~= nil and within(chars[i], DIGITS);
end

-- "lead" and the id (a string: a leading zero is part of it), "near_miss", or "other". `wanted` comes from read_prefixes.
function read_room_name(name, wanted)
	local chars = bare_room(name);
	local room = table.concat(chars);
	for _, prefix in ipairs(wanted) do
		if room:sub(1, #prefix.text) == prefix.text then
			local id, after = room:match("^([0-9]+)(.?)", #prefix.text + 1);
			if id and #id <= 12 and (after == "" or after:find("[-_.%s]")) then return "lead", id; end
		end
	end
	for _, prefix in ipairs(wanted) do
		if is_near(chars, prefix.stem) then return "near_miss"; end
	end
	return "other";
end

function read_prefixes(names)
	local wanted = {};
	for _, name in ipairs(names) do
		local stem = fold(name);
		local whole = table.concat(stem);
		while #stem > 1 and within(stem[#stem], SEPARATORS) do stem[#stem] = nil; end
		if whole ~= "" then wanted[#wanted + 1] = { text = whole; stem = stem }; end
	end
	return wanted;
end

prefixes = read_prefixes(module:get_option_array("lead_autorecord_prefixes", { "lead-" }));

-- Reports: one POST at a time in the order of events; a gateway that is away costs memory up to the bound, and nothing else ---

local report_url = text("report_url", nil);
local report_queue, report_batch = number("report_queue", 2000), 50;
local report_seconds = number("report_seconds", 10);
local report_retry_seconds, report_retry_max_seconds = number("report_retry_seconds", 1), number("report_retry_max_seconds", 60);
local queue = {}; -- oldest first
local posting, in_flight, post_failures, dropped = false, 0, 0, 0;
local report_token = text("report_token", nil);

do
	local path = text("report_token_file", nil);
	local file, err;
	if path then file, err = io.open(path); end
	if file then
		report_token = file:read("*a"):gsub("%s+$", "");
		file:close();
	elseif path then
		module:log("error", "report token file cannot be read: %s", err);
	end
end

local function jittered(seconds, attempts, most)
	return math.min(most, seconds * 2 ^ math.min(attempts - 1, 20)) * (1 + retry_jitter * (2 * math.random() - 1));
end

local function drop(count)
	for _ = 1, count do table.remove(queue, 1); end
end

local post;
local function settle(count, code)
	posting, in_flight = false, 0;
	if code >= 200 and code < 300 then
		if post_failures > 0 then
			module:log("info", "reports pass again, attempts=%d", post_failures);
		end
		post_failures, dropped = 0, 0;
		drop(count);
		return post();
	elseif code == 400 or code == 413 or code == 422 then -- the reports are wrong, not the moment: find the one and go on
		if count > 1 then return post(1); end
		module:log("error", "report refused by the gateway, code=%d happening=%s", code, queue[1].happening);
		drop(1);
		return post();
	end
	post_failures = post_failures + 1;
	if post_failures == 1 then
		module:log("warn", "reports do not pass, code=%d; trying on", code);
	end
	posting = true; -- until the next attempt
	module:add_timer(jittered(report_retry_seconds, post_failures, report_retry_max_seconds), function ()
		posting = false;
		post();
	end);
end

function post(most)
	if posting or not queue[1] then return; end
	local batch = {};
	for i = 1, math.min(#queue, most or report_batch) do batch[i] = queue[i]; end
	posting, in_flight = true, #batch;
	local answered, request = false, nil;
	local function answer(code)
		if answered or module.loaded == false then return; end
		answered = true;
		settle(#batch, code);
	end
	request = http.request(report_url, {
		method = "POST"; body = json.encode(batch);
		headers = { ["Content-Type"] = "application/json"; Authorization = report_token and "Bearer "..report_token };
	}, function (_, code) answer(code); end);
	module:add_timer(report_seconds, function ()
		if answered then return; end
		answer(0);
		if request then http.destroy_request(request); end
	end);
end

local function ms_since(moment) -- nil of a state that an older version of this module left behind
	return moment and math.floor((now() - moment) * 1000) or 0;
end

local function report(s, happening, fields)
	if not report_url or not s.meeting_id then return; end
	local entry = { id = uuid(); happening = happening; ts = math.floor(now() * 1000); room = s.node; meeting_id = s.meeting_id;
		lead_id = s.lead_id };
	for name, value in pairs(fields or {}) do entry[name] = value; end
	queue[#queue + 1] = entry;
	if #queue > report_queue then -- the oldest goes, but not one in flight: settle() counts from the front
		table.remove(queue, in_flight + 1);
		dropped = dropped + 1;
		if dropped == 1 then module:log("error", "report queue is full, size=%d; reports are lost", report_queue); end
	end
	post();
end

-- Rooms and people ----------------------------------------------------------------------------------------------------------

local rooms = {}; -- room JID → state; plain values only, so that it survives a module reload

local function is_focus(room, occupant)
	if occupant.nick ~= room.jid.."/focus" then return false; end
	return focus_jid == nil or occupant.bare_jid == focus_jid;
end

local function is_person(room, occupant)
	if occupant.nick == room.jid.."/focus" then return false; end
	local domain = jid.host(occupant.bare_jid) or "";
	return not (domain:find("^recorder%.") or domain:find("^hidden%.") or hidden_domains:contains(domain));
end

local function state_of(room)
	local s = rooms[room.jid];
	if s then return s; end
	local node = jid.node(room.jid) or "";
	local kind, lead_id = read_room_name(node, prefixes);
	if kind == "other" then return nil; end
	s = { node = node; near_miss = kind == "near_miss"; lead_id = lead_id; people = {}; count = 0; order = 0;
		phase = "idle"; turn = 0; watch = 0; attempts = 0; refused = {} };
	rooms[room.jid] = s;
	return s;
end

local function say(room, occupant, message)
	room:route_stanza(st.message({ from = room.jid; to = occupant.jid })
		:tag("json-message", { xmlns = "http://jitsi.org/jitmeet" })
		:text(json.encode({ type = "system_chat_message"; message = message })):up());
end

local function each_person(room, s, act)
	for nick, occupant in room:each_occupant() do
		if s.people[nick] then act(occupant, s.people[nick]); end
	end
end

local function notify(room, s, occupant, person)
	say(room, occupant, consent_text);
	report(s, "notice_sent", { participant = person.id; name = person.name; session_id = s.session_id });
end

local function name_of(occupant)
	local presence = occupant:get_presence();
	local name = presence and presence:get_child_text("nick", "http://jabber.org/protocol/nick") or "";
	local short, length = {}, 0;
	for char in name:gmatch(CHAR) do
		length = length + 1;
		if length > 100 then break; end
		short[length] = char;
	end
	return table.concat(short);
end

-- Jitsi tells mutes in presence: `audiomuted`, `videomuted` (old), or the JSON in `SourceInfo`.
local function is_unmuted(occupant)
	for _, tag in ipairs((occupant:get_presence() or st.presence()).tags) do
		local content = tag:get_text() or "";
		if (tag.name == "audiomuted" or tag.name == "videomuted") and content == "false" then return true; end
		if tag.name == "SourceInfo" and content:find('"muted"%s*:%s*false') then return true; end
	end
	return false;
end

-- Recording -----------------------------------------------------------------------------------------------------------------

local consider;

-- Every change of phase: an answer or timer that belongs to an earlier turn comes too late and does nothing.
local function enter(s, phase)
	s.phase, s.turn = phase, s.turn + 1;
	return s.turn;
end

local function why_not(s)
	if not s.focus then return "no-focus"; end
	return s.reason or "no-moderator";
end

-- Starts the clock of a room that has people and no recording.
local function watch(s)
	s.watch = s.watch + 1;
	if s.count == 0 or s.phase == "on" or s.phase == "stopped" then return; end
	s.without_since = s.without_since or now();
	local mine = s.watch;
	module:add_timer(math.max(0, s.without_since + unrecorded_seconds - now()), function ()
		if s.watch ~= mine or s.phase == "gone" or s.unrecorded then return; end
		s.unrecorded = true;
		module:log("warn", "room is not recorded, room=%s reason=%s", s.node, why_not(s));
		report(s, "unrecorded", { reason = why_not(s) });
	end);
end

local function unwatch(s)
	s.watch, s.without_since, s.unrecorded = s.watch + 1, nil, nil;
end

local function fail(s, reason, session_id)
	s.reason = reason;
	if s.failure == reason then return; end -- the same again is not news
	s.failure = reason;
	module:log("warn", "recording failed, room=%s reason=%s", s.node, reason);
	report(s, "recording_failed", { reason = reason; session_id = session_id });
end

local function retry(room, s)
	s.attempts = s.attempts + 1;
	if s.attempts >= trouble_attempts and not s.troubled then
		s.troubled = true;
		each_person(room, s, function (occupant) say(room, occupant, trouble_text); end);
	end
	if s.reason == "item-not-found" and s.attempts >= not_found_attempts then
		enter(s, "resting");
		return;
	end
	local turn = enter(s, "waiting");
	module:add_timer(jittered(retry_seconds, s.attempts, retry_max_seconds), function ()
		if s.turn ~= turn then return; end
		enter(s, "idle");
		consider(room, s);
	end);
end

local function await_start(room, s, session_id)
	s.session_id = session_id;
	local turn = enter(s, "pending");
	module:add_timer(pending_seconds, function () -- Jicofo gives up after 90 s and says so; this is for when it does not
		if s.turn ~= turn then return; end
		fail(s, "pending-timeout", session_id);
		retry(room, s);
	end);
end

local function refuse(room, s, moderator, condition)
	if condition == "unexpected-request" then -- one runs already: the focus' presence tells the rest
		return await_start(room, s, nil);
	end
	if condition == "not-allowed" or condition == "forbidden" then -- not a moderator in Jicofo's eyes; another may be
		s.refused[moderator], s.reason = true, condition;
		enter(s, "idle");
		return consider(room, s);
	end
	fail(s, condition);
	retry(room, s);
end

-- The moderator who has been here longest; refused: there are moderators, but Jicofo takes none of them.
local function choose_moderator(room, s)
	local best, refused;
	each_person(room, s, function (occupant, person)
		if occupant.role ~= "moderator" then return; end
		if s.refused[occupant.nick] then
			refused = true;
		elseif not best or person.order < s.people[best.nick].order then
			best = occupant;
		end
	end);
	return best, refused;
end

function consider(room, s)
	if s.phase ~= "idle" or s.count == 0 or not s.focus then return; end
	local moderator, refused = choose_moderator(room, s);
	if not moderator and refused then
		s.refused = {};
		fail(s, s.reason);
		return retry(room, s);
	end
	if not moderator then return; end -- the affiliation may still come
	local turn, nick = enter(s, "asking"), moderator.nick;
	local metadata = { lead_id = s.lead_id; room = s.node; autostart = true; share = share };
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

local function start_recording(room, s, session_id)
	if s.phase == "on" and s.session_id == session_id then return; end
	enter(s, "on");
	unwatch(s);
	s.session_id, s.on_since = session_id, now();
	s.failure, s.reason, s.troubled, s.refused = nil, nil, nil, {};
	report(s, "recording_on", { session_id = session_id });
	each_person(room, s, function (occupant, person) notify(room, s, occupant, person); end);
end

local function end_recording(s, reason)
	if s.phase ~= "on" then return; end
	if now() - s.on_since >= STABLE then s.attempts = 0; end
	report(s, "recording_off", { session_id = s.session_id; reason = reason; duration_ms = ms_since(s.on_since) });
end

local function stop_recording(room, s, status)
	local was_on, session_id = s.phase == "on", status.session_id or s.session_id;
	local by_human = status.initiator and not status.failure_reason;
	local failure = status.failure_reason or not was_on and not by_human and "pending-timeout" or nil;
	end_recording(s, failure or by_human and "stopped" or "ended");
	if failure then fail(s, failure, session_id); end
	s.session_id, s.refused = nil, {};
	if s.count == 0 then
		enter(s, "idle");
	elseif by_human and respect_stop then
		enter(s, "stopped");
	elseif failure or by_human then
		retry(room, s);
	else
		s.reason = "ended";
		enter(s, "ended");
		each_person(room, s, function (occupant)
			if s.phase == "ended" and is_unmuted(occupant) then retry(room, s); end
		end);
	end
	watch(s);
end

-- What the focus' presence says; it repeats the last status in every presence.
local function observe(room, s, presence)
	local child = presence and presence:get_child("jibri-recording-status", JIBRI);
	if not child or (child.attr.recording_mode or "file") ~= "file" then return; end
	local status = child.attr;
	local key = table.concat({ status.status or "", status.session_id or "", status.failure_reason or "" }, " ");
	if s.seen == key then return; end
	s.seen = key;
	if status.status == "on" then
		start_recording(room, s, status.session_id);
	elseif status.status == "pending" and (s.phase == "idle" or s.phase == "waiting") then
		await_start(room, s, status.session_id);
	elseif status.status == "off" and (s.phase == "on" or s.phase == "pending" or s.phase == "asking") then
		if s.session_id and status.session_id and s.session_id ~= status.session_id then return; end
		stop_recording(room, s, status);
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

local function welcome_focus(room, s, occupant)
	s.focus, s.seen = occupant.jid, nil;
	observe(room, s, occupant:get_presence());
	consider(room, s);
end

local function lose_focus(s)
	end_recording(s, "focus-left");
	s.focus, s.seen, s.session_id, s.refused, s.attempts, s.reason = nil, nil, nil, {}, 0, nil;
	if s.phase ~= "stopped" then enter(s, "idle"); end -- a human's word outlives a restart of Jicofo
	watch(s);
end

local function start_meeting(s)
	s.meeting_id, s.attempts, s.failure, s.troubled, s.refused = uuid(), 0, nil, nil, {};
	s.meeting_since = now();
	report(s, "meeting_started");
	if s.phase == "on" then
		report(s, "recording_on", { session_id = s.session_id });
	elseif s.phase ~= "pending" and s.phase ~= "asking" then
		enter(s, "idle");
	end
	watch(s);
end

local function welcome_person(room, s, occupant)
	if s.people[occupant.nick] then return; end
	s.count, s.order = s.count + 1, s.order + 1;
	if s.count == 1 then start_meeting(s); end
	local person = { id = jid.resource(occupant.nick); name = name_of(occupant); order = s.order; since = now() };
	s.people[occupant.nick] = person;
	report(s, "joined", { participant = person.id; name = person.name });
	if s.near_miss then say(room, occupant, hint_text); end
	if s.phase == "on" then notify(room, s, occupant, person); end
	encourage(room, s, { resting = true; ended = true });
end

local function lose_person(s, occupant)
	local person = s.people[occupant.nick];
	if not person then return; end
	s.people[occupant.nick], s.refused[occupant.nick], s.count = nil, nil, s.count - 1;
	report(s, "left", { participant = person.id; name = person.name; duration_ms = ms_since(person.since) });
	if s.count > 0 then return; end
	unwatch(s);
	report(s, "meeting_ended", { duration_ms = ms_since(s.meeting_since) });
	if s.phase ~= "on" and s.phase ~= "pending" and s.phase ~= "asking" then enter(s, "idle"); end
end

-- Events --------------------------------------------------------------------------------------------------------------------

local function welcome(room, occupant)
	local s = state_of(room);
	if not s then return; end
	if is_focus(room, occupant) then
		welcome_focus(room, s, occupant);
	elseif is_person(room, occupant) then
		welcome_person(room, s, occupant);
	end
end

module:hook("muc-occupant-joined", function (event) welcome(event.room, event.occupant); end, -100);

module:hook("muc-occupant-left", function (event)
	local s = rooms[event.room.jid];
	if not s then return; end
	if is_focus(event.room, event.occupant) then
		lose_focus(s);
	else
		lose_person(s, event.occupant);
	end
end, -100);

module:hook("muc-set-affiliation", function (event)
	local s = rooms[event.room.jid];
	if s then encourage(event.room, s, { resting = true }); end
end, -100);

module:hook("muc-broadcast-presence", function (event)
	local room, occupant, s = event.room, event.occupant, rooms[event.room.jid];
	if not s or event.stanza.attr.type == "unavailable" then return; end
	if s.focus and is_focus(room, occupant) then
		observe(room, s, event.stanza);
	elseif s.people[occupant.nick] then
		local name = name_of(occupant);
		if name ~= "" then s.people[occupant.nick].name = name; end
		if s.phase == "ended" and is_unmuted(occupant) then encourage(room, s, { ended = true }); end
	end
end);

module:hook("muc-room-destroyed", function (event)
	local s = rooms[event.room.jid];
	if not s then return; end
	enter(s, "gone");
	rooms[event.room.jid] = nil;
end, 100);

-- Of a stop by a human before this module was loaded only the focus' presence knows.
local function was_stopped(occupant)
	local presence = occupant:get_presence();
	local child = presence and presence:get_child("jibri-recording-status", JIBRI);
	local status = child and child.attr or {};
	return status.status == "off" and status.initiator ~= nil and status.failure_reason == nil;
end

-- After a load: the rooms that are already there. What the former module knew is back by then if it was a reload.
local function resume(room)
	local s = state_of(room);
	if not s then return; end
	if s.phase == "asking" or s.phase == "waiting" or s.phase == "pending" then enter(s, "idle"); end -- its timers are gone
	for _, occupant in room:each_occupant() do
		if is_person(room, occupant) then welcome_person(room, s, occupant); end
	end
	for _, occupant in room:each_occupant() do
		if is_focus(room, occupant) then
			if not s.focus and respect_stop and was_stopped(occupant) then enter(s, "stopped"); end
			welcome_focus(room, s, occupant);
		end
	end
	watch(s);
end

function module.save()
	return { rooms = rooms; queue = queue };
end

function module.restore(saved)
	rooms, queue = saved.rooms or rooms, saved.queue or queue;
end

module:add_timer(0, function ()
	local muc = prosody.hosts[module.host].modules.muc; -- not there yet when Prosody is only starting: no rooms either
	if muc then
		for room in muc.live_rooms() do resume(room); end
	end
	post();
end);
