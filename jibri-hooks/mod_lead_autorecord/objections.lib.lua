-- Somebody does not agree to be recorded: he, or the host for him, writes one word into the chat. The recording stops and does
-- not begin again in this meeting; every session of the meeting is reported, and what was recorded is deleted unheard.
-- Who objects is told as far as it is known: by that it is decided whose track is deleted, and nobody's may be for another.
-- The part of a room's state `s`: objected, the meeting in which that was; objectors, whose objections they are, as a list of
-- {id, name}, both empty where nobody knows; sessions, the recordings of this meeting, as a set of ids, true once reported; stopping, the session
-- that Jicofo is asked to stop.

local now = require "util.time".now; -- s, float
local st = require "util.stanza";
local uuid = require "util.uuid".generate;

local options = module:require "options";
local names = module:require "names";
local occupants = module:require "occupants";
local pause = (module:require "patience").pause;

local JIBRI = "http://jitsi.org/protocol/jibri";
local LONGEST = 200; -- bytes of a message that may be one
local retry_seconds, retry_max_seconds = options.number("retry_seconds", 10), options.number("retry_max_seconds", 120);
local iq_seconds, trouble_attempts = options.number("iq_seconds", 60), options.number("trouble_attempts", 3);
local objection_text = options.text("objection_text", "Есть возражение против записи. Запись останавливается, записанное в этой встрече"
	.." будет удалено. Встреча продолжается.");
local unstopped_text = options.text("unstopped_text", "Остановить запись пока не удалось, попытки продолжаются. Записанное будет удалено,"
	.." когда встреча закончится.");

-- Whole messages, so that «не возражаю» and talk about objections are none.
local words = {};
for _, word in ipairs(module:get_option_array("lead_autorecord_objection_words", { "возражаю"; "я возражаю"; "возражаю против записи";
	"я возражаю против записи"; "против записи возражаю"; "я против записи" })) do
	words[word] = true;
end

-- By the first two one speaks of himself; by the bare word, too, but a host may write it for another.
local I, BARE, OF_ANOTHER = { ["я"] = true; i = true }, "возражаю", "возражает";
local NO_NAMES = { [BARE] = true; [OF_ANOTHER] = true; ["против"] = true; ["записи"] = true };
local NOBODY = { id = ""; name = "" };

return function (reports)

-- Letters and digits as they are folded in names of rooms, anything else is one space.
local function plain(text)
	local found, gap = {}, false;
	for _, char in ipairs(names.fold(text)) do
		if char:find("^%w$") or names.within(char, { 0x400, 0x52F }) then
			if gap and #found > 0 then found[#found + 1] = " "; end
			found[#found + 1], gap = char, false;
		else
			gap = true;
		end
	end
	return table.concat(found);
end

local function each_word(text)
	return (plain(text):gsub("ё", "е")):gmatch("%S+");
end

-- Those in the room whose names have all of these words, as they are: in another case «Иванова» is somebody else.
local function called(room, s, wanted)
	local found = {};
	occupants.each_person(room, s, function (_, person)
		local his = {};
		for word in each_word(person.name or "") do his[word] = true; end
		for word in pairs(wanted) do
			if not his[word] then return; end
		end
		found[#found + 1] = person;
	end);
	return found;
end

local function is_alone(room, s)
	local count = 0;
	occupants.each_person(room, s, function () count = count + 1; end);
	return count < 2;
end

-- Whose objection these words are. A name is its one bearer's; a host's bare word may be anybody's, for he may write it for
-- another. Where that is not clear it is nobody's, and all of the meeting is deleted.
local function whose(room, s, occupant, person, said)
	local of_himself, of_another, wanted = false, false, {};
	for word in each_word(said) do
		of_himself = of_himself or I[word] ~= nil;
		of_another = of_another or word == OF_ANOTHER;
		if not I[word] and not NO_NAMES[word] then wanted[word] = true; end
	end
	if next(wanted) then
		local found = called(room, s, wanted);
		if #found == 1 then return found[1]; end
		of_another = of_another or #found > 1 or not plain(said):find(BARE, 1, true);
	end
	if of_himself then return person; end
	if of_another or occupant.role == "moderator" and not is_alone(room, s) then return NOBODY; end
	return person;
end

-- Whether this meeting may not be recorded any more.
local function stands(s)
	return s.objected ~= nil and s.objected == s.meeting_id;
end

local function report(s, session_id, objector)
	reports.report(s, "objected", { session_id = session_id; participant = objector.id; name = objector.name;
		since = math.floor((s.meeting_since or now()) * 1000) });
end

local function tell(s, session_id)
	if session_id and s.sessions[session_id] then return; end
	if session_id then s.sessions[session_id] = true; end
	for _, objector in ipairs(s.objectors) do report(s, session_id, objector); end
end

-- Somebody else objects, too: his track goes as well. Behind an objection of nobody's there is nothing left to tell.
local function tell_of_another(s, objector)
	for _, known in ipairs(s.objectors) do
		if known.id == "" or known.id == objector.id then return; end
	end
	s.objectors[#s.objectors + 1] = objector;
	if not next(s.sessions) then report(s, nil, objector); end
	for session_id in pairs(s.sessions) do report(s, session_id, objector); end
end

-- Asks Jicofo as a moderator does, again until its presence says that the recording is off.
local function stop(room, s, attempts)
	local moderator, session_id = occupants.choose_moderator(room, s), s.session_id;
	s.stopping = session_id;
	local function look_again()
		module:add_timer(pause(retry_seconds, attempts, retry_max_seconds), function ()
			if s.stopping ~= session_id then return; end
			s.stopping = nil;
			if s.phase == "on" and s.session_id == session_id and s.focus then stop(room, s, attempts + 1); end
		end);
	end
	if attempts == trouble_attempts + 1 then
		module:log("warn", "recording does not stop, room=%s", s.node);
		occupants.each_person(room, s, function (occupant) occupants.say(room, occupant, unstopped_text); end);
	end
	if not moderator then return look_again(); end
	local iq = st.iq({ type = "set"; id = uuid(); from = moderator.nick; to = s.focus })
		:tag("jibri", { xmlns = JIBRI; action = "stop"; recording_mode = "file"; session_id = session_id });
	module:send_iq(iq, nil, iq_seconds):next(look_again, look_again);
end

-- A recording is on: noted, and where somebody has objected, reported and stopped.
local function check(room, s)
	if s.phase ~= "on" or not s.session_id then return; end
	s.sessions[s.session_id] = s.sessions[s.session_id] or false;
	if not stands(s) then return; end
	tell(s, s.session_id);
	if s.stopping ~= s.session_id and s.focus then stop(room, s, 1); end
end

-- A line of the room's chat. True when it is the meeting's first objection.
local function hear(room, s, stanza)
	local occupant = room:get_occupant_by_nick(stanza.attr.from or "");
	local person, body = occupant and s.people[occupant.nick], stanza:get_child_text("body");
	if not person or not body or #body > LONGEST or not words[plain(body)] then return false; end
	local meant = whose(room, s, occupant, person, body);
	local objector = { id = meant.id; name = meant.name };
	if stands(s) then
		tell_of_another(s, objector);
		return false;
	end
	s.objected, s.objectors = s.meeting_id, { objector };
	module:log("info", "recording objected to, room=%s", s.node);
	if not next(s.sessions) then tell(s, nil); end
	for session_id in pairs(s.sessions) do tell(s, session_id); end
	occupants.each_person(room, s, function (each) occupants.say(room, each, objection_text); end);
	check(room, s);
	return true;
end

return { stands = stands; check = check; hear = hear };
end;
