-- Any user with the password "secret": the fake focus and recorder.
local new_sasl = require "util.sasl".new;

local provider = {};
function provider.test_password(_, password) return password == "secret"; end
function provider.user_exists() return true; end
function provider.get_sasl_handler()
	return new_sasl(module.host, {
		plain_test = function (_, _, password) return password == "secret", true; end;
	});
end
module:provides("auth", provider);
