package sqldb

// Changed is what a change did to one object, for the record of who did it.
type Changed struct {
	Noun   string
	ID     string
	Before any // as the room knows the object; nil: it was not there
	After  any // nil: it is no more
}

// Changed notes what this change does to an object. Companions read it; what of
// it is a secret, or tells of persons, the tags of the object's type say.
func (tx *Tx) Changed(noun, id string, before, after any) {
	tx.changed = append(tx.changed, Changed{noun, id, before, after})
}

// Changes returns what this change has done to objects so far.
func (tx *Tx) Changes() []Changed { return tx.changed }
