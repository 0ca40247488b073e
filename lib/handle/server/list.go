package server

import (
	"fmt"

	"linghang/lib/handle/wire"
)

// list writes the answer to a list: messages of 50 handles, all but the last
// marked as continued.
func (s *Server) list(x *exchange, write func(octets []byte) error) error {
	var batch []string
	send := func(continued bool) error {
		x.res.Code, x.res.Body = wire.CodeSuccess, wire.AppendList(x.res.Body[:0], batch)
		batch = batch[:0]
		s.finishPart(x, s.o.Now(), continued)
		return write(x.out)
	}
	for handle, err := range x.res.List {
		if err != nil {
			x.res.Fail(wire.CodeError, err.Error())
			s.finish(x, s.o.Now())
			return write(x.out)
		}
		if len(batch) == wire.MaxListed {
			if err := send(true); err != nil {
				return fmt.Errorf("send list: %w", err)
			}
		}
		batch = append(batch, handle)
	}
	return send(false)
}

// listOnce answers a list where only one message can: if there is more, the
// client is told to come by TCP.
func (s *Server) listOnce(x *exchange) {
	var all []string
	for handle, err := range x.res.List {
		if err != nil || len(all) == wire.MaxListed {
			x.res.Fail(wire.CodeError, "the list is long, ask for it over TCP")
			s.finish(x, s.o.Now())
			return
		}
		all = append(all, handle)
	}
	x.res.Code, x.res.Body = wire.CodeSuccess, wire.AppendList(x.res.Body[:0], all)
	s.finish(x, s.o.Now())
}
