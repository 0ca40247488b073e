package platforms

import (
	"net/http"
	"time"

	"linghang/kernel/fault"
)

// certified finds the machine that shows its certificate, where the key asks for one.
func (m *Module) certified(r *http.Request, c caller) (shown, error) {
	if !c.key.Certificate {
		return shown{}, nil
	}
	machine, err := m.kit.Machines.Of(r)
	if err != nil {
		return shown{}, err
	}
	x := shown{machine: machine.MachineID, organisation: machine.Organisation.ID}
	if x.machine != "" {
		x.serial = r.TLS.PeerCertificates[0].SerialNumber.Text(16)
	}
	return x, c.key.accepts(x, c.platform.Operator.ID)
}

// submission begins what a caller sends.
func (c caller) submission(channel, bodyHash string, now time.Time) submission {
	s := newSubmission(c.platform, c.key, channel, bodyHash, now)
	s.MachineID, s.Certificate = c.shown.machine, c.shown.serial
	return s
}

// certifiedWay is where senders go that show a certificate.
func (m *Module) certifiedWay() (way, error) {
	address, ours := m.kit.Machines.Port()
	if address == "" {
		return way{}, fault.New(fault.Conflict, "platforms.key.certificate_port", "there is no TLS port on which a machine could show its certificate").
			At("body.certificate", "ask the operator of the city to set tls-listen, or make a key without")
	}
	return way{address: address, ours: ours}, nil
}
