-- Rooms named after a lead record themselves. For the MUC component, Prosody 0.12 and 13; settings: prosody.md.
--
-- names (what a room's name means) · occupants (who is there) · reports (to the gateway) · notices (who is told what) ·
-- objections (who does not agree to it) · export (sound to the gateway while it is spoken) · recording (what Jicofo is asked and
-- says) · meeting (who comes and goes, whose it is). Here: Prosody's events, and the table of the rooms, one state each, of plain
-- values only, so that it survives a reload of the module.

local jid = require "util.jid";
local st = require "util.stanza";

local options = module:require "options";
local names = module:require "names";
local occupants = module:require "occupants";
local reports = module:require "reports";
local objections = (module:require "objections")(reports);
local export = (module:require "export")(objections);
local notices = (module:require "notices")(reports, objections, export);
local recording = (module:require "recording")(reports, notices, objections);
local meeting = (module:require "meeting")(reports, notices, recording, export);

read_room_name, read_prefixes = names.read, names.read_prefixes; -- for tests

local prefixes = names.read_prefixes(module:get_option_array("lead_autorecord_prefixes", { "lead-" }));
local respect_stop = options.yes("respect_stop", true);
local rooms = {}; -- room JID → state

local function state_of(room)
	local s = rooms[room.jid];
	if s then
		s.jitsi_id = room._data.meetingId; -- Jicofo may write another one
		return s;
	end
	local node = jid.node(room.jid) or "";
	local kind, id = names.read(node, prefixes);
	if kind == "other" then return nil; end
	s = meeting.new(node, kind, id);
	s.jitsi_id = room._data.meetingId;
	rooms[room.jid] = s;
	return s;
end

module:hook("muc-room-created", function (event)
	local s = state_of(event.room);
	if s then export.prepare(event.room, s); end
end, -2); -- after Jitsi's metadata component, which makes its table at -1

export.stand_guard(state_of);

module:hook("muc-occupant-joined", function (event)
	local room, occupant, s = event.room, event.occupant, state_of(event.room);
	if not s then return; end
	if occupants.is_focus(room, occupant) then
		meeting.welcome_focus(room, s, occupant);
	elseif occupants.is_person(room, occupant) then
		meeting.welcome_person(room, s, occupant);
	elseif occupants.is_recorder(occupant) then
		meeting.welcome_recorder(room, s, occupant);
	end
end, -100);

module:hook("muc-occupant-left", function (event)
	local room, occupant, s = event.room, event.occupant, rooms[event.room.jid];
	if not s then return; end
	if occupants.is_focus(room, occupant) then
		meeting.lose_focus(room, s);
	else
		meeting.lose_person(room, s, occupant);
		meeting.lose_recorder(room, s, occupant);
	end
end, -100);

module:hook("muc-broadcast-message", function (event)
	local s = rooms[event.room.jid];
	if s and objections.hear(event.room, s, event.stanza) then recording.refrain(event.room, s); end
end, -100);

module:hook("muc-set-affiliation", function (event)
	local s = rooms[event.room.jid];
	if s then recording.encourage(event.room, s, { resting = true }); end
end, -100);

module:hook("muc-broadcast-presence", function (event)
	local room, occupant, s = event.room, event.occupant, rooms[event.room.jid];
	if not s or event.stanza.attr.type == "unavailable" then return; end
	if s.focus and occupants.is_focus(room, occupant) then
		recording.observe(room, s, event.stanza);
	elseif s.people[occupant.nick] then
		local name = occupants.name_of(occupant);
		local person = s.people[occupant.nick];
		if name ~= "" and name ~= person.name then
			person.name = name;
			reports.report(s, "renamed", { participant = person.id; name = name });
		end
		if s.phase == "ended" and occupants.is_unmuted(occupant) then recording.encourage(room, s, { ended = true }); end
	end
end);

module:hook("muc-room-destroyed", function (event)
	local s = rooms[event.room.jid];
	if not s then return; end
	if s.away then meeting.finish(event.room, s); end
	recording.enter(s, "gone");
	rooms[event.room.jid] = nil;
end, 100);

-- Of a stop by a human before this module was loaded only the focus' presence knows.
local function was_stopped(occupant)
	for child in (occupant:get_presence() or st.presence()):childtags("jibri-recording-status", recording.JIBRI) do
		local status = child.attr;
		if status.status == "off" and status.initiator and not status.failure_reason then return true; end
	end
	return false;
end

-- What an older version of this module did not keep.
local function complete(s)
	local is_old = s.recorders == nil;
	for name, value in pairs(meeting.new(s.node, names.read(s.node, prefixes))) do
		if s[name] == nil then s[name] = value; end
	end
	for _, person in pairs(is_old and s.phase == "on" and s.people or {}) do person.told = true; end
end

-- After a load: the rooms that are already there. What the former module knew is back by then if it was a reload.
local function resume(room)
	local s = state_of(room);
	if not s then return; end
	complete(s);
	if s.phase == "asking" or s.phase == "waiting" or s.phase == "pending" or s.phase == "busy" then -- its timers are gone
		recording.enter(s, "idle");
	end
	if s.away then meeting.await_return(room, s); end
	for _, occupant in room:each_occupant() do
		if occupants.is_recorder(occupant) then meeting.welcome_recorder(room, s, occupant); end
	end
	for _, occupant in room:each_occupant() do
		if occupants.is_person(room, occupant) then meeting.welcome_person(room, s, occupant); end
	end
	for _, occupant in room:each_occupant() do
		if occupants.is_focus(room, occupant) then
			if not s.focus and respect_stop and was_stopped(occupant) then recording.enter(s, "stopped"); end
			meeting.welcome_focus(room, s, occupant);
		end
	end
	if next(s.recorders) and s.phase ~= "on" and not s.streaming then s.stray = s.stray or {}; end
	s.stopping = nil; -- its timer is gone, too
	objections.check(room, s);
	if s.count == 0 and not s.away then export.prepare(room, s); end
	notices.update(room, s);
end

function module.save()
	return { rooms = rooms; queue = reports.save() };
end

function module.unload()
	export.withdraw();
end

function module.restore(saved)
	rooms = saved.rooms or rooms;
	reports.restore(saved.queue or {});
end

module:add_timer(0, function ()
	export.announce();
	local muc = prosody.hosts[module.host].modules.muc; -- not there yet when Prosody is only starting: no rooms either
	if muc then
		for room in muc.live_rooms() do resume(room); end
	end
	reports.post();
end);
