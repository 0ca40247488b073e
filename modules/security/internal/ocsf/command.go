package ocsf

import (
	"maps"
	"time"

	"linghang/modules/security/internal/batch"
)

// record is what is read of a record of a sensor.
type record struct {
	id, organisation, sensor string
	at                       time.Time
	why                      []string
	client, server           string
	port                     int64
	protocol, function       string
	class                    string
	unit                     int64
	fromClient, corrected    bool
	exception                string
	sent                     batch.Record
	synthetic                bool
}

// activity is the activity of an OT Command by the class of its function; see extension/events/ot_command.json.
func activity(class string) int {
	switch class {
	case "read":
		return 1
	case "write":
		return 2
	case "control":
		return 3
	case "program":
		return 4
	case "config":
		return 5
	case "diagnostic":
		return 6
	case "identity":
		return 7
	case "session":
		return 8
	default:
		return 99
	}
}

// gravity is how grave a command is by itself: what alters a plant or a device is more than what reads.
func gravity(class string) int {
	switch class {
	case "program", "control":
		return 3
	case "write", "config":
		return 2
	default:
		return 1
	}
}

// command is a record as an OT Command.
func command(r *record) object {
	e := base(network, otCommand, activity(r.class), r.at, gravity(r.class), object{
		"uid": r.id, "tenant_uid": r.organisation, "log_name": r.sensor, "extensions": []object{{"name": "ot", "uid": "999", "version": "1.0.0"}},
	})
	if activity(r.class) == 99 {
		e["activity_name"] = r.class
	}
	maps.Copy(e, between(r.client, r.server))
	if to, has := e["dst_endpoint"].(object); has && r.port > 0 {
		to["port"] = r.port
	}
	if list := observables("src_endpoint", r.client, "dst_endpoint", r.server); len(list) > 0 {
		e["observables"] = list
	}
	e["connection_info"] = object{"protocol_name": r.sent.Transport, "direction_id": 0}
	e["ot_protocol"], e["ot_function"], e["ot_function_class"], e["ot_unit"], e["ot_from_client"], e["ot_why"] = r.protocol, r.function, r.class, r.unit, r.fromClient, r.why
	e["status_id"] = 1
	if r.exception != "" {
		e["status_id"], e["status_code"] = 2, r.exception
	}
	var objects []object
	for _, o := range r.sent.Objects {
		objects = append(objects, without(object{"space": o.Space, "area": o.Area, "address": o.Address, "element": o.Element, "count": o.Count, "name": o.Name, "value": o.Value}))
	}
	if len(objects) > 0 {
		e["ot_objects"] = objects
	}
	if more := without(object{"corrected": r.corrected, "synthetic": r.synthetic}); len(more) > 0 {
		e["unmapped"] = more
	}
	return e
}
