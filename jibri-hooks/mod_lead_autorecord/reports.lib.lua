-- What goes to the gateway. Reports: one POST at a time in the order of events; a gateway that is away costs memory up to the
-- bound, and nothing else. The question whether a lead is known: asked once, its answer waited for by nobody.

local http = require "net.http";
local json = require "util.json";
local now = require "util.time".now; -- s, float
local uuid = require "util.uuid".generate;

local options = module:require "options";
local number, text = options.number, options.text;
local pause = module:require "patience".pause;

local report_url = text("report_url", nil);
local lead_url = text("lead_url", report_url and report_url.."/lead");
local report_queue, report_batch = number("report_queue", 2000), 50;
local report_seconds, lead_seconds = number("report_seconds", 10), number("lead_seconds", 10);
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
	module:add_timer(pause(report_retry_seconds, post_failures, report_retry_max_seconds), function ()
		posting = false;
		post();
	end);
end

-- POST `content` as JSON; `answered` gets the code and the body once, code 0 when there is no answer in time.
local function send(url, content, seconds, answered)
	local done, request = false, nil;
	local function answer(body, code)
		if done or module.loaded == false then return; end
		done = true;
		answered(code, body);
	end
	request = http.request(url, {
		method = "POST"; body = json.encode(content);
		headers = { ["Content-Type"] = "application/json"; Authorization = report_token and "Bearer "..report_token };
	}, answer);
	module:add_timer(seconds, function ()
		if done then return; end
		answer(nil, 0);
		if request then http.destroy_request(request); end
	end);
end

function post(most)
	if posting or not queue[1] then return; end
	local batch = {};
	for i = 1, math.min(#queue, most or report_batch) do batch[i] = queue[i]; end
	posting, in_flight = true, #batch;
	send(report_url, batch, report_seconds, function (code) settle(#batch, code); end);
end

local function report(s, happening, fields)
	if not report_url or not s.meeting_id then return; end
	local entry = { id = uuid(); happening = happening; ts = math.floor(now() * 1000); room = s.node; meeting_id = s.meeting_id;
		lead_id = s.lead_id; lead_known = s.lead_known; jitsi_meeting_id = s.jitsi_id };
	for name, value in pairs(fields or {}) do entry[name] = value; end
	queue[#queue + 1] = entry;
	if #queue > report_queue then -- the oldest goes, but not one in flight: settle() counts from the front
		table.remove(queue, in_flight + 1);
		dropped = dropped + 1;
		if dropped == 1 then module:log("error", "report queue is full, size=%d; reports are lost", report_queue); end
	end
	post();
end

-- Whether the gateway knows this lead id: `answered` gets true or false; nothing when it cannot say or is not there.
local function ask(lead_id, answered)
	if not lead_url or lead_url == "" then return; end
	send(lead_url, { lead_id = lead_id }, lead_seconds, function (code, body)
		local answer = code == 200 and json.decode(body or "");
		if type(answer) == "table" and type(answer.known) == "boolean" then answered(answer.known); end
	end);
end

local function save() return queue; end

local function restore(saved) queue = saved; end

return { report = report; ask = ask; post = post; save = save; restore = restore };
