package engine

import (
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// limited tells of a quota by a code of the national dialect (603 to 605) only to
// whoever speaks it, as version 2.10, or asks over HTTP, where it becomes 429. Others
// know a server that is too busy.
func limited(req *server.Request, r *RefusalError) *RefusalError {
	switch r.Code {
	case wire.CodeDailyLimit, wire.CodeRegistrationLimit, wire.CodePrefixLimit:
	default:
		return r
	}
	national := req.Version == wire.Version{Major: 2, Minor: 10}
	if national || req.Transport == wire.HTTP || req.Transport == wire.HTTPS {
		return r
	}
	return &RefusalError{Code: wire.CodeBusy, Message: r.Message}
}
