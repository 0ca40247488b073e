// Package incident is the part of the room security in which incidents (事件) are worked on
// together (协调处置): how an incident is reported, rated and confirmed, what has to be told
// upward until when, who does what, with which evidence, and what is learnt from it.
//
// An incident is an enterprise's and the city's. Others see of it what their part is, once
// they are let in, until the day that was said. Every look by somebody else than the
// enterprise is written down where the enterprise can read it.
//
// Nothing is sent anywhere from here: a report upward is something that a person did, and
// says that they did. A drill (演练) is marked in everything that belongs to it, has numbers
// of its own, and is in no figure.
//
// Numbers of incidents tell nothing of how many there are: they end in letters by chance,
// because who reports one must not learn how many others reported.
package incident
