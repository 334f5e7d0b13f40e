-- Who is in a room, what his presence says, and what he is told.

local jid = require "util.jid";
local json = require "util.json";
local st = require "util.stanza";

local options = module:require "options";
local CHAR = module:require "names".CHAR;

local focus_jid = options.text("focus_jid", nil);
local hidden_domains = module:get_option_set("lead_autorecord_hidden_domains", {});

local function is_focus(room, occupant)
	if occupant.nick ~= room.jid.."/focus" then return false; end
	return focus_jid == nil or occupant.bare_jid == focus_jid;
end

local function is_hidden(occupant)
	local domain = jid.host(occupant.bare_jid) or "";
	return (domain:find("^recorder%.") or domain:find("^hidden%.") or hidden_domains:contains(domain)) and true or false;
end

local function is_person(room, occupant)
	return occupant.nick ~= room.jid.."/focus" and not is_hidden(occupant);
end

-- Jibri. Jigasi's transcriber lives in the same domains and records nothing.
local function is_recorder(occupant)
	local node = jid.node(occupant.bare_jid) or "";
	return is_hidden(occupant) and not (node:find("^transcriber") or node:find("^jigasi"));
end

-- His name as shown, of at most 100 characters.
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

-- A line in his chat.
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

-- Whether people may be in breakout rooms of this room (jitsi-meet, mod_muc_breakout_rooms.lua), and whether they are.
local function has_breakouts(room)
	return next(room._data.breakout_rooms or {}) ~= nil;
end

local function is_anyone_away(room)
	for breakout_jid in pairs(room._data.breakout_rooms or {}) do
		local host = prosody.hosts[jid.host(breakout_jid)];
		local muc = host and host.modules.muc;
		local breakout = muc and muc.get_room_from_jid(breakout_jid);
		if breakout then
			for _, occupant in breakout:each_occupant() do
				if is_person(breakout, occupant) then return true; end
			end
		end
	end
	return false;
end

return { is_focus = is_focus; is_person = is_person; is_recorder = is_recorder; name_of = name_of; is_unmuted = is_unmuted;
	say = say; each_person = each_person; choose_moderator = choose_moderator; has_breakouts = has_breakouts; is_anyone_away = is_anyone_away };
