-- wrk … -s bench/load.lua URL -- <kind> <rows> <tag>: requests for one of the first <rows> users or aliases, by each
-- reseller in turn for its own contexts. LOGINS is a file of values of the Authorization header, one for a reseller.
local kind, rows, contexts, tag, made = "", 0, 0, "", 0
local logins = {}
local headers = {["Content-Type"] = "application/json"}

function init(arguments)
  kind, rows, tag = arguments[1], tonumber(arguments[2]), arguments[3]
  contexts = math.floor(rows / 100)
  math.randomseed(os.time() + tonumber(tag))
  for line in io.lines(os.getenv("LOGINS")) do logins[#logins + 1] = line end
end

function request()
  local i = math.random(0, rows - 1)
  local context = 1 + i % contexts
  local domain = "@d" .. context .. ".example"
  local forwards = "/api/oxaas/v1/admin/forwards/" .. context .. "/"
  local search = "/oxaas/v1/admin/oxuser?field="
  headers["Authorization"] = logins[1 + context % #logins]
  if kind == "get" then return wrk.format("GET", forwards .. "alias" .. i .. domain, headers) end
  if kind == "v2" then return wrk.format("GET", "/api/v2/aliases/" .. (i + 1), headers) end
  if kind == "uidname" then return wrk.format("GET", search .. "UIDNAME&search=user" .. i .. domain, headers) end
  if kind == "msisdn" then
    return wrk.format("GET", search .. "MSISDN&search=%2B49170" .. string.format("%09d", i), headers)
  end
  made = made + 1
  local alias = "n" .. tag .. "." .. made .. domain
  local body = '{"recipient":["a' .. made .. '@remote.example.net","b' .. made .. '@remote.example.net"]}'
  return wrk.format("POST", forwards .. alias, headers, body)
end
