package import JSON

/// What an attestation says: a predicate about subjects (in-toto Statement v0.1 and v1).
package struct Statement: Sendable, Hashable {
    package struct Subject: Sendable, Hashable {
        /// No evidence: whoever signs may write anything.
        package var name: String
        /// By algorithm, in hexadecimal as written.
        package var digests: [String: String]
    }

    package static let payloadType = "application/vnd.in-toto+json"
    package static let types = ["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"]
    package static let subjectLimit = 1024
    package static let digestLimit = 32
    package static let depthLimit = 64

    package var type: String
    package var subjects: [Subject]
    package var predicateType: String
    /// Null when the statement has none.
    package var predicate: JSON

    /// Reads the payload of an envelope whose signature has been verified. Strict: one document, no key twice; members that the
    /// specification doesn't know are passed over, as it demands.
    package init(payload: [UInt8]) throws(StatementFailure) {
        guard BundleLimits.allowValues(of: payload) else { throw .statementMalformed("more than \(BundleLimits.values) values") }
        let json: JSON
        do {
            json = try JSON.parse(payload, limits: JSONLimits(size: BundleLimits.bytes, depth: Self.depthLimit))
        } catch {
            throw .statementMalformed(error.description)
        }
        guard let members = json.object else { throw .statementMalformed("wanted an object, found \(json.kind)") }
        type = try Self.text(members, "_type", "")
        guard Self.types.contains(where: type.isIdentical) else { throw .statementType(found: String(type.prefix(128))) }
        predicateType = try Self.text(members, "predicateType", "")
        guard !predicateType.isEmpty else { throw .statementMalformed("predicateType: empty") }
        predicate = members.exact("predicate") ?? .null
        if !predicate.isNull, predicate.object == nil { throw .statementMalformed("predicate: wanted an object, found \(predicate.kind)") }
        subjects = try Self.subjects(members.exact("subject"))
    }

    private static func subjects(_ json: JSON?) throws(StatementFailure) -> [Subject] {
        guard let elements = json?.array else { throw .statementMalformed("subject: wanted an array, found \(json?.kind ?? "nothing")") }
        guard !elements.isEmpty else { throw .statementMalformed("subject: empty; it is about nothing") }
        guard elements.count <= subjectLimit else { throw .tooManySubjects(count: elements.count, limit: subjectLimit) }
        var subjects: [Subject] = []
        for (index, element) in elements.enumerated() {
            let path = "subject[\(index)]"
            guard let members = element.object else { throw .statementMalformed("\(path): wanted an object, found \(element.kind)") }
            guard let digests = members.exact("digest")?.object else {
                throw .statementMalformed("\(path).digest: wanted an object, found \(members.exact("digest")?.kind ?? "nothing")")
            }
            guard !digests.isEmpty else { throw .statementMalformed("\(path).digest: empty") }
            guard digests.count <= digestLimit else { throw .tooManyDigests(count: digests.count, limit: digestLimit) }
            var values: [String: String] = [:]
            for (algorithm, value) in digests {
                guard let text = value.string else {
                    throw .statementMalformed("\(path).digest: wanted strings, found \(value.kind)")
                }
                values[algorithm] = text
            }
            let name: String = members.exact("name") == nil ? "" : try text(members, "name", "\(path).")
            subjects.append(Subject(name: name, digests: values))
        }
        return subjects
    }

    private static func text(_ members: JSONObject, _ key: String, _ path: String) throws(StatementFailure) -> String {
        guard let text = members.exact(key)?.string else {
            throw .statementMalformed("\(path)\(key): wanted a string, found \(members.exact(key)?.kind ?? "nothing")")
        }
        return text
    }

    /// Holds when a subject has the artifact's digest. SHA-256 decides; where the statement or the caller knows only SHA-384 or
    /// SHA-512, that does. A subject whose digests agree in one algorithm and differ in another is none.
    func checkSubject(_ artifact: Artifact) throws(StatementFailure) {
        // Once for each algorithm, however many subjects there are.
        var wanted: [String: String] = [:]
        for algorithm in DigestAlgorithm.allCases where subjects.contains(where: { $0.digests[algorithm.lowercaseName] != nil }) {
            wanted[algorithm.lowercaseName] = artifact.digest(algorithm)?.hexadecimal
        }
        for subject in subjects {
            let known = subject.digests.filter { wanted[$0.key] != nil }
            if !known.isEmpty, known.allSatisfy({ wanted[$0.key]?.isIdentical(to: $0.value) ?? false }) { return }
        }
        throw .subjectMismatch(wanted: artifact.name)
    }
}

extension JSONObject {
    /// The member under exactly these bytes. Look-up takes canonically equivalent keys as equal.
    func exact(_ key: String) -> JSON? {
        for (name, value) in self where name.isIdentical(to: key) { return value }
        return nil
    }
}
