package rest_test

import (
	"context"
	"sync/atomic"

	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// coded gives one code as every answer.
type coded struct{ code atomic.Uint32 }

func (h *coded) Handle(_ context.Context, _ *server.Request, res *server.Response) {
	code := wire.Code(h.code.Load())
	if code == wire.CodeServiceReferral || code == wire.CodePrefixReferral {
		res.Refer(code, &wire.Referral{Handle: "88/SVC"})
		return
	}
	res.Code = code
}
