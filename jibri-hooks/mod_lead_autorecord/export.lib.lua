-- Each participant's sound to the gateway while the meeting runs: the switch for it in the room's metadata, which Jicofo reads and
-- the videobridge obeys (jicofo `ChatRoomImpl.doSetRoomMetadata`). On from before the first person comes until the meeting ends, a
-- human stops the recording, or somebody objects. The part of a room's state `s`:
-- exported: the meeting whose sound goes out, nil when none does;  next_id: of the meeting that begins with the next person.

local json = require "util.json";
local st = require "util.stanza";
local uuid = require "util.uuid".generate;

local options = module:require "options";
local occupants = module:require "occupants";

local enabled = options.yes("live", false);
local main_host = options.text("main_host", nil) or module:get_option_string("muc_mapper_domain_base")
	or module.host:match("^[^.]+%.(.+)$");

return function (objections)

-- Jitsi's own component for metadata of our rooms; it tells Jicofo and everybody else.
local function component()
	for name, host in pairs(prosody.hosts) do
		local loaded = host.modules and host.modules.room_metadata_component;
		if loaded and module:context(name):get_option_string("muc_component", module.host) == module.host then return loaded; end
	end
end

-- Where there is none: as the component does, but to Jicofo alone.
local function tell_focus(room)
	local focus = room:get_occupant_by_nick(room.jid.."/focus");
	if not enabled or not room.jitsiMetadata or not focus or not occupants.is_focus(room, focus) or component() then return; end
	module:send(st.message({ from = module.host; to = focus.jid })
		:tag("json-message", { xmlns = "http://jitsi.org/jitmeet"; room = room.jid })
		:text(json.encode({ type = "room_metadata"; metadata = room.jitsiMetadata })):up());
end

local function write(room, id)
	local metadata = room.jitsiMetadata or {};
	room.jitsiMetadata = metadata;
	metadata.recording = metadata.recording or {};
	metadata.recording.isTranscribingEnabled = id ~= nil;
	metadata.asyncTranscription = id ~= nil or nil; -- without it subtitles, which a moderator may want, take no sound to us
	metadata.transcription = id and { urlParams = { meeting = id } } or nil; -- no secret: every occupant is sent it
	module:fire_event("room-metadata-changed", { room = room });
	tell_focus(room);
end

local function written(room)
	local transcription = (room.jitsiMetadata or {}).transcription;
	return transcription and (transcription.urlParams or {}).meeting;
end

local function switch(room, s, id)
	if not enabled or s.exported == id then return; end
	local before = written(room);
	if before and id and before ~= id then -- Jicofo reads the id only when it is switched on
		write(room, nil);
	end
	write(room, id);
	s.exported = id;
end

-- The id of the meeting that begins now.
local function take_id(s)
	local id = s.next_id or uuid();
	s.next_id = nil;
	return id;
end

-- Something changed: the meeting goes on, or is stopped or objected to.
local function update(room, s)
	if s.count == 0 and not s.away then return; end
	switch(room, s, s.phase ~= "stopped" and not objections.stands(s) and s.meeting_id or nil);
end

-- The room is there, and nobody in it yet: the first allocation has to find it.
local function prepare(room, s)
	if not enabled then return; end
	s.next_id = s.next_id or uuid();
	switch(room, s, s.next_id);
end

local function finish(room, s)
	switch(room, s, nil);
end

local function is_on(s)
	return s.exported ~= nil;
end

-- "Subtitles off" of one moderator is for himself, and would end the export; after an objection nobody turns it on.
local function guard(s, event)
	if not enabled or event.key ~= "recording" or type(event.data) ~= "table" then return; end
	if not event.actor or event.actor.role ~= "moderator" then return; end -- an answer would be a permission
	if s.exported then
		event.data.isTranscribingEnabled = true;
	elseif objections.stands(s) then
		event.data.isTranscribingEnabled = false;
	else
		return;
	end
	return event.data;
end

-- `state_of` gives a room's state, or nothing where it is not ours.
local function stand_guard(state_of)
	if not enabled then return; end
	local standing = false;
	local function stand(host)
		if standing or host ~= main_host or not prosody.hosts[host] then return; end
		standing = true;
		module:context(host):hook("jitsi-metadata-allow-moderation", function (event)
			local s = event.room and state_of(event.room);
			if s then return guard(s, event); end
		end, 10);
	end
	stand(main_host);
	module:hook_global("host-activated", stand);
end

-- Jicofo asks the main domain who has the metadata of rooms.
local identity = { category = "component"; type = "room_metadata"; name = module.host };
local function disco()
	local host = prosody.hosts[main_host or ""];
	return host and host.modules.disco and host.modules.disco.module;
end

local function announce()
	if not enabled or component() or not disco() then return; end
	disco():add_item("identity", identity);
	module:log("info", "no room_metadata_component; the focus is told of metadata by this module");
end

local function withdraw()
	if disco() then disco():remove_item("identity", identity); end
end

return { prepare = prepare; update = update; finish = finish; take_id = take_id; is_on = is_on; tell_focus = tell_focus;
	stand_guard = stand_guard; announce = announce; withdraw = withdraw; enabled = enabled };
end;
