// Package ocsf says what an enterprise's sensors saw in the words of the Open Cybersecurity Schema Framework 1.8, for the
// systems in which it gathers its events: alerts are Detection Findings (class 2004), and what was written, commanded,
// programmed or answered with an error is an OT Command, a class of the extension "ot", because the framework has none
// of industrial control. The extension is published with the program; its number is that of development (999), as none is
// registered.
//
// What is read comes in the order in which it came in or changed, from a cursor on, a line of JSON each. It may come again
// in a later state, with the same metadata.uid and activity Update or Close. Whoever asks reads what is of their own
// organisation, whatever it lets others see.
package ocsf

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"time"
)

// Version of the framework.
const Version = "1.8.0"

// Classes and their categories.
const (
	findings         = 2
	detectionFinding = 2004
	network          = 4
	otCommand        = extension*100_000 + network*1000 + 1

	extension = 999
)

//go:embed extension
var files embed.FS

// object is a part of an event.
type object = map[string]any

// base is what all events have.
func base(category, class, activity int, at time.Time, severity int, metadata object) object {
	metadata["version"] = Version
	metadata["product"] = object{"name": "Linghang", "vendor_name": "Linghang"}
	return object{
		"category_uid": category, "class_uid": class, "activity_id": activity, "type_uid": class*100 + activity,
		"time": at.UnixMilli(), "severity_id": severity, "metadata": metadata,
	}
}

// Extension is the extension "ot" as one object: its head, its dictionary, and its classes and objects by name.
func Extension() ([]byte, error) {
	whole := object{}
	err := fs.WalkDir(files, "extension", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := files.ReadFile(path)
		if err != nil {
			return err //nolint:wrapcheck // it is said below
		}
		whole[path[len("extension/"):]] = json.RawMessage(text)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the extension: %w", err)
	}
	text, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the extension: %w", err)
	}
	return text, nil
}
