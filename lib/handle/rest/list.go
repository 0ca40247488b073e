package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"linghang/lib/handle/hjson"
	"linghang/lib/handle/wire"
)

// window is what of a list is asked for. Size -1 is all of it.
type window struct{ page, size int }

func (c *call) window() (window, bool) {
	v := window{0, -1}
	for _, p := range []struct {
		name string
		to   *int
	}{{"page", &v.page}, {"pageSize", &v.size}} {
		text := c.asked.Get(p.name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n > 1<<31-1 {
			c.fail(wire.CodeProtocolError, fmt.Sprintf("%s: %.32q is no whole number", p.name, text))
			return v, false
		}
		*p.to = n
	}
	if v.page < 0 || v.size < 0 {
		v = window{0, -1}
	}
	return v, true
}

// has tells whether an element of the whole list is in the window.
func (v window) has(at int) bool {
	return v.size < 0 || v.size > 0 && at/v.size == v.page
}

var errLongList = errors.New("the list is too long for one answer: ask for pages with page and pageSize")

// listHandles answers with the handles of a prefix.
func (c *call) listHandles(prefix string) {
	v, ok := c.window()
	if !ok || !c.take(prefix) || !c.identify() {
		return
	}
	c.name = ""
	c.makeList(func() {
		if names, total, ok := c.list(wire.OpListHandles, prefixHandle(prefix), v); ok {
			c.out = append(c.out[:0], `{"responseCode":1,"prefix":`...)
			c.out = hjson.AppendText(c.out, prefix)
			c.sendList(names, total, v, `,"handles":[`)
		}
	})
}

// makeList makes and sends a list if not too many are on their way.
func (c *call) makeList(serve func()) {
	select {
	case c.h.lists <- struct{}{}:
		defer func() { <-c.h.lists }()
		serve()
	default:
		c.fail(wire.CodeBusy, "too many lists are being sent, ask again")
	}
}

// sendList answers with what a list has in the window. The total is text, as
// clients expect it.
func (c *call) sendList(names []byte, total int, v window, begin string) {
	c.out = append(c.out, `,"totalCount":"`...)
	c.out = strconv.AppendInt(c.out, int64(total), 10)
	c.out = append(c.out, `"`...)
	if c.req.Header.Op == wire.OpListHandles {
		c.out = append(c.out, `,"page":`...)
		c.out = strconv.AppendInt(c.out, int64(v.page), 10)
		c.out = append(c.out, `,"pageSize":`...)
		c.out = strconv.AppendInt(c.out, int64(v.size), 10)
	}
	c.out = append(append(append(c.out, begin...), names...), `]}`...)
	c.send(http.StatusOK)
}

// list asks for a list and returns the names in the window, as they stand in
// JSON, and how many the list has.
func (c *call) list(op wire.Op, handle string, v window) (names []byte, total int, ok bool) {
	ctx, cancel := context.WithTimeout(c.r.Context(), c.h.o.Timeout)
	defer cancel()
	c.header(op, 0)
	c.req.Body = wire.AppendHandle(nil, handle)
	paged := c.h.pager != nil && v.size >= 0
	if paged {
		total = c.h.pager.Page(ctx, &c.req, &c.res, v.page, v.size)
	} else {
		c.h.o.Handler.Handle(ctx, &c.req, &c.res)
	}
	if c.res.Code == 0 && c.res.List != nil {
		c.res.Code = wire.CodeSuccess
	}
	if c.settle(); c.res.Code != wire.CodeSuccess {
		c.sendFailure()
		return nil, 0, false
	}
	names, found, err := c.gather(v, paged)
	if err != nil {
		c.fail(wire.CodeError, err.Error())
		return nil, 0, false
	}
	if !paged {
		total = found
	}
	return names, total, true
}

// gather takes the names in the window from the response's list, and counts it.
func (c *call) gather(v window, paged bool) (names []byte, total int, err error) {
	if c.res.List == nil {
		return nil, 0, nil
	}
	for name, err := range c.res.List {
		if err != nil {
			return nil, 0, fmt.Errorf("make list: %w", err)
		}
		if paged || v.has(total) {
			if len(names) > 0 {
				names = append(names, ',')
			}
			if names = hjson.AppendText(names, name); len(names) > c.h.o.MaxList {
				return nil, 0, errLongList
			}
		}
		total++
	}
	return names, total, nil
}

// servePrefixes lists, homes and unhomes prefixes.
func (c *call) servePrefixes(name string) {
	switch {
	case name == "" && c.reading():
		c.listPrefixes()
	case name != "" && c.r.Method == http.MethodPost:
		c.changePrefix(name, wire.OpHome)
	case name != "" && c.r.Method == http.MethodDelete:
		c.changePrefix(name, wire.OpUnhome)
	default:
		c.unknown()
	}
}

func (c *call) listPrefixes() {
	if !c.identify() {
		return
	}
	c.makeList(func() {
		if names, total, ok := c.list(wire.OpListHomed, wire.NoHandle, window{0, -1}); ok {
			c.out = append(c.out[:0], `{"responseCode":1`...)
			c.sendList(names, total, window{}, `,"prefixes":[`)
		}
	})
}

// changePrefix homes or unhomes a prefix.
func (c *call) changePrefix(name string, op wire.Op) {
	if !c.take(prefixHandle(name)) || !c.identify() {
		return
	}
	if c.foreign() {
		c.fail(wire.CodeAuthFailed, "a page of another origin cannot change prefixes: prove who you are with Authorization: Handle")
		return
	}
	c.ask(op, 0, wire.AppendHandle(nil, c.name))
	c.sendChange(false)
}
