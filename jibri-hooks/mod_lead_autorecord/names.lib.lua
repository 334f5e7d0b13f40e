-- What a room's name means. The same parser in Python: processors/room_names.py and, on the Jibri host, recorder/rooms.py;
-- one table of cases for all three: tests/fixtures/rooms.json.

local prep = require "util.encodings".stringprep;

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

local LETTERS = { 0x61, 0x7A, 0x430, 0x44F, 0x451, 0x451 }; -- folded Latin and Cyrillic
local TYPED_FOR_DIGITS = { o = true; i = true; l = true };

-- A word that sticks to the number, as "тема" of "lead-12345 тема" does after jitsi-meet has taken the blank. Not one letter, nor
-- letters that were typed for digits: what stands before those is a part of another number.
local function is_word(chars, first)
	local last, is_telling = first - 1, false;
	while chars[last + 1] and within(chars[last + 1], LETTERS) do
		last = last + 1;
		is_telling = is_telling or not TYPED_FOR_DIGITS[plain(chars[last])];
	end
	return is_telling and last > first;
end

-- "lead" and the id (a string: a leading zero is part of it), "near_miss" and perhaps the id that it means if that is known to
-- be a lead's, or "other". `wanted` comes from read_prefixes.
local function read_room_name(name, wanted)
	local chars = bare_room(name);
	local room = table.concat(chars);
	local maybe;
	for _, prefix in ipairs(wanted) do
		if room:sub(1, #prefix.text) == prefix.text then
			local id, after = room:match("^([0-9]+)(.?)", #prefix.text + 1);
			if id and #id <= 12 and (after == "" or after:find("[-_.%s]")) then return "lead", id; end
			if id and #id <= 12 and is_word(chars, prefix.length + #id + 1) then maybe = maybe or id; end
		end
	end
	for _, prefix in ipairs(wanted) do
		if is_near(chars, prefix.stem) then return "near_miss", maybe; end
	end
	return "other";
end

local function read_prefixes(names)
	local wanted = {};
	for _, name in ipairs(names) do
		local stem = fold(name);
		local whole, length = table.concat(stem), #stem;
		while #stem > 1 and within(stem[#stem], SEPARATORS) do stem[#stem] = nil; end
		if whole ~= "" then wanted[#wanted + 1] = { text = whole; length = length; stem = stem }; end
	end
	return wanted;
end

return { read = read_room_name; read_prefixes = read_prefixes; CHAR = CHAR; fold = fold; within = within };
