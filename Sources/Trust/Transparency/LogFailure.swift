import JSON

/// Why a transparency log's proof isn't accepted, or doesn't belong to what it stands beside.
package enum LogFailure: Error, Sendable, Hashable {
    /// No log of the trust root has this id, in hexadecimal.
    case logUnknown(id: String)
    /// The log's key wasn't valid when the entry was made, or no time says when that was.
    case logWindow(log: String)
    case logEntryMissing

    case setMissing
    case setInvalid

    case proofMissing
    case proofMalformed(String)
    case proofInvalid

    case checkpointMissing
    case checkpointMalformed(String)
    case checkpointUnsigned(log: String)
    case checkpointSignature(log: String)
    /// What the checkpoint says and what was expected of it.
    case checkpointMismatch(String)

    case entryMalformed(String)
    case entryUnsupported(kind: String, version: String)
    /// The entry is of something else than the bundle: which part.
    case entryMismatch(EntryPart)

    /// What ties an entry to what it is an entry of.
    package enum EntryPart: String, Sendable, Hashable {
        case kind
        case signature
        /// Certificate or public key.
        case certificate
        case digest
        case payloadType
        case keyDetails
    }
}

extension LogFailure: CustomStringConvertible {
    /// The failure's name, stable: what conditions and `-o json` carry.
    package var name: String {
        switch self {
        case .logUnknown: "logUnknown"
        case .logWindow: "logWindow"
        case .logEntryMissing: "logEntryMissing"
        case .setMissing: "setMissing"
        case .setInvalid: "setInvalid"
        case .proofMissing: "proofMissing"
        case .proofMalformed: "proofMalformed"
        case .proofInvalid: "proofInvalid"
        case .checkpointMissing: "checkpointMissing"
        case .checkpointMalformed: "checkpointMalformed"
        case .checkpointUnsigned: "checkpointUnsigned"
        case .checkpointSignature: "checkpointSignature"
        case .checkpointMismatch: "checkpointMismatch"
        case .entryMalformed: "entryMalformed"
        case .entryUnsupported: "entryUnsupported"
        case .entryMismatch(let part): "entryMismatch(\(part.rawValue))"
        }
    }

    package var description: String {
        switch self {
        case .logUnknown(let id): "the entry is of the log \(id.printable), which the TrustRoot doesn't name"
        case .logWindow(let log): "the entry was made when the key of \(log) was not valid, or no trusted time says when it was made"
        case .logEntryMissing: "there are entries of fewer transparency logs than the policy wants"
        case .setMissing: "the entry has no signed entry timestamp"
        case .setInvalid: "the signed entry timestamp was not made by the log's key over this entry"
        case .proofMissing: "the entry has no inclusion proof"
        case .proofMalformed(let why): "the inclusion proof is malformed: \(why.printable)"
        case .proofInvalid: "the inclusion proof doesn't lead from the entry to the root that the log signed"
        case .checkpointMissing: "the inclusion proof has no checkpoint"
        case .checkpointMalformed(let why): "the checkpoint is malformed: \(why.printable)"
        case .checkpointUnsigned(let log): "the checkpoint has no signature of \(log)"
        case .checkpointSignature(let log): "the checkpoint's signature was not made by the key of \(log)"
        case .checkpointMismatch(let what): "the checkpoint is not the proof's: \(what.printable)"
        case .entryMalformed(let why): "the log entry is malformed: \(why.printable)"
        case .entryUnsupported(let kind, let version):
            "a log entry of kind \"\(kind.printable)\" \(version.printable) can't be tied to this content; wanted hashedrekord, dsse or intoto as the content demands"
        case .entryMismatch(let part): "the log entry is of another \(part.rawValue) than what it stands beside"
        }
    }
}
