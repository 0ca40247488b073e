package capture

import (
	"fmt"
	"io"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"linghang/lib/icsdissect"
)

// Writer writes a capture file: pcapng, with nanoseconds, and an interface for each link type. It
// buffers: what was written is in the file after Flush.
type Writer struct {
	w           io.Writer
	application string
	file        *pcapgo.NgWriter
	faces       map[icsdissect.LinkType]int
}

// NewWriter begins a capture file, in which stands what program wrote it.
func NewWriter(w io.Writer, application string) *Writer {
	return &Writer{w: w, application: application, faces: map[icsdissect.LinkType]int{}}
}

// Write writes a packet.
func (w *Writer) Write(p Packet) error {
	face, err := w.face(p.Link)
	if err != nil {
		return fmt.Errorf("write to a capture file: %w", err)
	}
	info := gopacket.CaptureInfo{Timestamp: p.Time, CaptureLength: len(p.Octets), Length: max(p.Wire, len(p.Octets)), InterfaceIndex: face}
	if err := w.file.WritePacket(info, p.Octets); err != nil {
		return fmt.Errorf("write to a capture file: %w", err)
	}
	return nil
}

// Missed says that so many packets in all are missing in what was written of a link type.
func (w *Writer) Missed(at time.Time, link icsdissect.LinkType, packets uint64) error {
	face, err := w.face(link)
	if err == nil {
		err = w.file.WriteInterfaceStats(face, pcapgo.NgInterfaceStatistics{LastUpdate: at, PacketsReceived: pcapgo.NgNoValue64, PacketsDropped: packets})
	}
	if err != nil {
		return fmt.Errorf("write to a capture file: %w", err)
	}
	return nil
}

// Flush hands on what is buffered. A file without a packet is begun, too.
func (w *Writer) Flush() error {
	if w.file == nil {
		if _, err := w.face(icsdissect.LinkEthernet); err != nil {
			return fmt.Errorf("write to a capture file: %w", err)
		}
	}
	if err := w.file.Flush(); err != nil {
		return fmt.Errorf("write to a capture file: %w", err)
	}
	return nil
}

// face is the number of the interface that stands for a link type.
func (w *Writer) face(link icsdissect.LinkType) (int, error) {
	if n, known := w.faces[link]; known {
		return n, nil
	}
	face := pcapgo.NgInterface{LinkType: layers.LinkType(link), SnapLength: MaxPacket, TimestampResolution: 9} //nolint:gosec // a number of the registry
	if w.file == nil {
		file, err := pcapgo.NewNgWriterInterface(w.w, face, pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: w.application}})
		if err != nil {
			return 0, err //nolint:wrapcheck // its callers do
		}
		w.file, w.faces[link] = file, 0
		return 0, nil
	}
	n, err := w.file.AddInterface(face)
	if err != nil {
		return 0, err //nolint:wrapcheck // its callers do
	}
	w.faces[link] = n
	return n, nil
}
