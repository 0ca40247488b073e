package system

import "linghang/kernel/identity"

// ReadRoster reads a list of persons.
func ReadRoster(kind string, data []byte) ([]identity.RosterRow, error) {
	return readRoster(kind, data)
}
