-- The module's own settings by their names without `lead_autorecord_`.

local function number(name, default)
	return module:get_option_number("lead_autorecord_"..name, default);
end

local function text(name, default)
	return module:get_option_string("lead_autorecord_"..name, default);
end

local function yes(name, default)
	return module:get_option_boolean("lead_autorecord_"..name, default);
end

return { number = number; text = text; yes = yes };
