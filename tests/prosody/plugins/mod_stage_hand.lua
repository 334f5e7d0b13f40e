-- What tests tell the server by an IQ to the MUC component: parse room names, reload the module, load it without its memory,
-- give a room breakout rooms as Jitsi's mod_muc_breakout_rooms.lua does, end a room.
local json = require "util.json";
local modulemanager = require "core.modulemanager";
local st = require "util.stanza";
local uuid = require "util.uuid".generate;

local ACTS = {};

-- As Jitsi's mod_muc_meeting_id.lua.
module:hook("muc-room-created", function (event) event.room._data.meetingId = uuid(); end);

-- [{"prefixes": […], "rooms": […]}, …] → [[[kind, id], …], …]
function ACTS.parse(tables)
	local module_env = prosody.hosts[module.host].modules.lead_autorecord;
	local answers = {};
	for i, case in ipairs(json.decode(tables)) do
		local wanted = module_env.read_prefixes(case.prefixes);
		answers[i] = {};
		for j, name in ipairs(case.rooms) do
			local kind, id = module_env.read_room_name(name, wanted);
			answers[i][j] = { kind, id };
		end
	end
	return json.encode(answers);
end

local function room_of(jid)
	return prosody.hosts[module.host].modules.muc.get_room_from_jid(jid);
end

-- {"room": JID, "breakout": JID}
function ACTS.breakout(text)
	local asked = json.decode(text);
	local room = room_of(asked.room);
	room._data.breakout_rooms = { [asked.breakout] = "" };
	room._data.breakout_rooms_active = true;
	room:set_persistent(true);
end

function ACTS.meeting_id(jid)
	return room_of(jid)._data.meetingId;
end

function ACTS.destroy(jid)
	room_of(jid):destroy();
end

function ACTS.reload()
	assert(modulemanager.reload(module.host, "lead_autorecord"));
end

function ACTS.load_anew()
	assert(modulemanager.unload(module.host, "lead_autorecord"));
	assert(modulemanager.load(module.host, "lead_autorecord"));
end

module:hook("iq-set/host/urn:leadpulse:test:act", function (event)
	local act = event.stanza.tags[1];
	local answer = ACTS[act.attr.name](act:get_text());
	event.origin.send(st.reply(event.stanza):tag("act", { xmlns = "urn:leadpulse:test" }):text(answer or ""));
	return true;
end);
