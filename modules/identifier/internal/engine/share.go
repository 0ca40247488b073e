package engine

import (
	"linghang/lib/handle/wire"
)

// Share is what one server of a site with several answers for: the handles that hash
// to it (RFC 3651, section 3.2.2, "Hash Option"). The zero Share is everything.
type Share struct {
	wire.Receiver
	Serial uint16 // of the site; who knows an older one is told so
}

// home returns the home of a folded handle for which this server answers.
func (e *Engine) home(key []byte) *Home {
	if !e.o.Share.WantsFolded(key) {
		return nil
	}
	return e.homes.Load().of(key)
}

// misdirected is the answer to a question for another server of the site: whoever
// has older information about the site looks for it again.
func (e *Engine) misdirected(serial uint16, r *RefusalError) *RefusalError {
	old := serial != wire.SerialUnknown && int16(e.o.Share.Serial-serial) > 0 //nolint:gosec // serial numbers go round
	if r.Code != wire.CodeNotResponsible || e.o.Share.Servers < 2 || !old {
		return r
	}
	return refuse(wire.CodeSiteOutdated, "the site has %d servers now; look for it again", e.o.Share.Servers)
}
