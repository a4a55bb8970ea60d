import JSON

/// Why what an attestation says doesn't satisfy. Only what was signed is ever read, so these come last.
package enum StatementFailure: Error, Sendable, Hashable {
    case payloadType(found: String)
    case statementMalformed(String)
    case statementType(found: String)
    case tooManySubjects(count: Int, limit: Int)
    case tooManyDigests(count: Int, limit: Int)
    case subjectMismatch(wanted: String)
    case predicateTypeMismatch(found: String, wanted: [String])
    /// Which rule, and what was found.
    case predicateRejected(rule: String)
}

extension StatementFailure: CustomStringConvertible {
    /// The failure's name, stable: what conditions and `-o json` carry.
    package var name: String {
        switch self {
        case .payloadType: "payloadType"
        case .statementMalformed: "statementMalformed"
        case .statementType: "statementType"
        case .tooManySubjects: "tooManySubjects"
        case .tooManyDigests: "tooManyDigests"
        case .subjectMismatch: "subjectMismatch"
        case .predicateTypeMismatch: "predicateTypeMismatch"
        case .predicateRejected: "predicateRejected"
        }
    }

    package var description: String {
        switch self {
        case .payloadType(let found):
            "the envelope's payload is \"\(found.printable)\", wanted \"\(Statement.payloadType)\": nothing else names the artifact it is about"
        case .statementMalformed(let why): "the statement is malformed: \(why.printable)"
        case .statementType(let found): "the statement's _type is \"\(found.printable)\", wanted in-toto Statement v0.1 or v1"
        case .tooManySubjects(let count, let limit): "the statement has \(count) subjects, more than the limit of \(limit)"
        case .tooManyDigests(let count, let limit): "a subject has \(count) digests, more than the limit of \(limit)"
        case .subjectMismatch(let wanted): "the statement is about something else: no subject has the digest \(wanted)"
        case .predicateTypeMismatch(let found, let wanted):
            "the predicate is of type \"\(found.printable)\", wanted \(wanted.map { "\"\($0)\"" }.joined(separator: " or "))"
        case .predicateRejected(let rule): "the predicate is refused: \(rule.printable)"
        }
    }
}
