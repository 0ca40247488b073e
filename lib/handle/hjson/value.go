package hjson

import (
	"encoding/base64"
	"strconv"

	"linghang/lib/handle/wire"
)

// AppendValue appends a value.
func AppendValue(dst []byte, v *wire.Value) []byte { return AppendEncoded(dst, v.Append(nil)) }

// AppendEncoded appends a value that stands as on the wire, without memory of
// its own for text.
func AppendEncoded(dst []byte, e wire.Encoded) []byte {
	c := wire.NewCursor(e)
	index, timestamp, ttlType, ttl := c.Int32(), c.Uint32(), c.Uint8(), c.Int32()
	permissions := wire.Permissions(c.Uint8())
	typ, data := c.Bytes(), c.Bytes()
	dst = append(dst, `{"index":`...)
	dst = strconv.AppendInt(dst, int64(index), 10)
	dst = append(dst, `,"type":`...)
	dst = AppendText(dst, typ)
	dst = append(dst, `,"data":`...)
	dst = AppendData(dst, typ, data)
	dst = append(dst, `,"ttl":`...)
	if ttlType == wire.TTLAbsolute {
		dst = append(dst, '"')
		dst = appendTime(dst, int64(ttl))
		dst = append(dst, '"')
	} else {
		dst = strconv.AppendInt(dst, int64(ttl), 10)
	}
	dst = append(dst, `,"timestamp":"`...)
	dst = appendTime(dst, int64(timestamp))
	dst = append(dst, '"')
	if permissions != wire.PermissionsPublic {
		dst = append(dst, `,"permissions":"`...)
		for bit := wire.AdminRead; bit > 0; bit >>= 1 {
			dst = appendBit(dst, permissions&bit != 0)
		}
		dst = append(dst, '"')
	}
	return append(appendReferences(dst, &c), '}')
}

func appendBit(dst []byte, set bool) []byte {
	if set {
		return append(dst, '1')
	}
	return append(dst, '0')
}

// appendReferences appends the references that follow, if there are any.
func appendReferences(dst []byte, c *wire.Cursor) []byte {
	n := int(c.Uint32())
	if n == 0 || c.Err() != nil {
		return dst
	}
	dst = append(dst, `,"references":[`...)
	for i := range n {
		handle, index := c.Name(), c.Int32()
		if c.Err() != nil {
			break
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"index":`...)
		dst = strconv.AppendInt(dst, int64(index), 10)
		dst = append(dst, `,"handle":`...)
		dst = append(AppendText(dst, handle), '}')
	}
	return append(dst, ']')
}

// AppendData appends the data of a value of a type, as it stands in a value.
func AppendData(dst, typ, data []byte) []byte {
	if len(typ) > len("HS_") && wire.Equal(typ[:len("HS_")], "HS_") {
		if built, ok := appendBuiltIn(dst, string(typ), data); ok {
			return built
		}
	}
	if isText(data) {
		dst = append(dst, `{"format":"string","value":`...)
		return append(AppendText(dst, data), '}')
	}
	return appendBase64(dst, data)
}

func appendBase64(dst, data []byte) []byte {
	dst = append(dst, `{"format":"base64","value":"`...)
	dst = base64.StdEncoding.AppendEncode(dst, data)
	return append(dst, `"}`...)
}

// appendBuiltIn appends the data of a built-in type in its own form.
func appendBuiltIn(dst []byte, typ string, data []byte) ([]byte, bool) {
	switch {
	case wire.Equal(typ, wire.TypeAdmin):
		return appendAdmin(dst, data)
	case wire.Equal(typ, wire.TypeVList):
		return appendVList(dst, data)
	case wire.Equal(typ, wire.TypePublicKey):
		return appendKey(dst, data)
	case wire.IsSite(typ):
		site, err := wire.DecodeSite(data)
		if err != nil || !faithful(&site, data) {
			return dst, false
		}
		dst = append(dst, `{"format":"site","value":`...)
		return append(AppendSite(dst, &site), '}'), true
	default:
		return dst, false
	}
}

func appendAdmin(dst, data []byte) ([]byte, bool) {
	a, err := wire.DecodeAdmin(data)
	if err != nil || a.Rights > wire.RightsAll|wire.RightListPrefixes {
		return dst, false
	}
	dst = append(dst, `{"format":"admin","value":{"handle":`...)
	dst = AppendText(dst, a.Reference.Handle)
	dst = append(dst, `,"index":`...)
	dst = strconv.AppendInt(dst, int64(a.Reference.Index), 10)
	dst = append(dst, `,"permissions":"`...)
	dst = append(dst, a.Rights.String()...)
	return append(dst, `"}}`...), true
}

func appendVList(dst, data []byte) ([]byte, bool) {
	list, err := wire.DecodeVList(data)
	if err != nil {
		return dst, false
	}
	dst = append(dst, `{"format":"vlist","value":[`...)
	for i, r := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"handle":`...)
		dst = AppendText(dst, r.Handle)
		dst = append(dst, `,"index":`...)
		dst = strconv.AppendInt(dst, int64(r.Index), 10)
		dst = append(dst, '}')
	}
	return append(dst, `]}`...), true
}
