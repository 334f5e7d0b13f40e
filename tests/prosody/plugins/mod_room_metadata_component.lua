-- Stands for Jitsi's component of this name: it keeps `room.jitsiMetadata`, tells everybody in the room of changes, and lets
-- moderators write, unless a hook of `jitsi-metadata-allow-moderation` says otherwise (false: no; a value: that, by anybody).
local jid = require "util.jid";
local json = require "util.json";
local st = require "util.stanza";

local muc_host, main_host = module:get_option_string("muc_component"), module:get_option_string("muc_mapper_domain_base");

local function tell(room, to)
	local text = json.encode({ type = "room_metadata"; metadata = room.jitsiMetadata });
	for _, occupant in room:each_occupant() do
		if not to or occupant.jid == to then
			module:send(st.message({ from = module.host; to = occupant.jid })
				:tag("json-message", { xmlns = "http://jitsi.org/jitmeet"; room = room.jid }):text(text):up());
		end
	end
end

local function attend(host) -- hosts come up in any order
	if host ~= muc_host or not prosody.hosts[host] then return; end
	local muc = module:context(muc_host);
	muc:hook("muc-room-created", function (event) event.room.jitsiMetadata = event.room.jitsiMetadata or {}; end, -1);
	muc:hook("room-metadata-changed", function (event) tell(event.room); end);
	muc:hook("muc-occupant-joined", function (event) tell(event.room, event.occupant.jid); end, -1000);
end

attend(muc_host);
module:hook_global("host-activated", attend);

module:hook("message/host", function (event)
	local asked = event.stanza:get_child("room_metadata", "http://jitsi.org/jitmeet");
	if not asked then return true; end
	local room = prosody.hosts[muc_host].modules.muc.get_room_from_jid(asked.attr.room);
	local actor = room and room:get_occupant_by_real_jid(event.stanza.attr.from);
	if not actor then return true; end
	local told = json.decode(asked:get_text());
	local answer = module:context(main_host):fire_event("jitsi-metadata-allow-moderation",
		{ room = room; actor = actor; key = told.key; data = told.data });
	if answer == false or answer == nil and actor.role ~= "moderator" then return true; end
	room.jitsiMetadata[told.key] = answer or told.data;
	tell(room);
	return true;
end);
