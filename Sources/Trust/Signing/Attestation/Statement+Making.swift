package import JSON

extension Statement {
    /// A statement of the kind that is made now (in-toto Statement v1), about one artifact.
    ///
    /// What our own verifier would refuse once it is signed is refused before: a bill of material that is none, provenance without builder or
    /// build type.
    /// - Parameters:
    ///   - digest: the artifact's, `sha256:` and 64 hexadecimal digits.
    ///   - name: the artifact's repository. It is no evidence.
    /// - Throws: `SigningError`
    package init(about digest: String, name: String = "", predicateType: String, predicate: JSON) throws(SigningError) {
        guard ContentDigest.isSHA256(digest) else { throw .digest(digest) }
        guard predicate.object != nil else { throw .predicate("wanted a JSON object, found \(predicate.kind)") }
        guard Self.isURI(predicateType) else {
            throw .predicate("the type \"\(predicateType)\" is neither one of \(PredicateType.knownNames) nor a URI")
        }
        self.init(
            type: Self.types[0], subjects: [Subject(name: name, digests: ["sha256": String(digest.dropFirst(ContentDigest.prefix.count))])],
            predicateType: predicateType, predicate: predicate)
        do {
            try SoftwareBill.check(self)
            let types = [PredicateType.slsaProvenanceV1, PredicateType.slsaProvenanceV0_2]
            if types.contains(where: predicateType.isIdentical) { _ = try Provenance(self) }
            // It must be readable as it is written: depth and size have limits.
            _ = try Statement(payload: payload)
        } catch {
            throw .predicate(error.description)
        }
    }

    private init(type: String, subjects: [Subject], predicateType: String, predicate: JSON) {
        self.type = type
        self.subjects = subjects
        self.predicateType = predicateType
        self.predicate = predicate
    }

    /// What cosign 3 signs images with: the subject is everything, the predicate is empty.
    package static func signature(of digest: String) throws(SigningError) -> Statement {
        try Statement(about: digest, predicateType: PredicateType.cosignSignature, predicate: .object([:]))
    }

    /// The bytes that are signed: members in the specification's order, no white space. Equal statements give equal bytes.
    package var payload: [UInt8] {
        let subjects = subjects.map { subject -> JSON in
            var object: JSONObject = [:]
            if !subject.name.isEmpty { object["name"] = .string(subject.name) }
            object["digest"] = subject.digests.json
            return .object(object)
        }
        let statement: JSON = [
            "_type": .string(type), "subject": .array(subjects), "predicateType": .string(predicateType), "predicate": predicate,
        ]
        return statement.bytes()
    }

    /// A scheme and something behind it (RFC 3986 §3), without white space.
    private static func isURI(_ text: String) -> Bool {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            return false
        }
        let scheme = text.utf8[..<colon]
        let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        let others = Set("0123456789+-.".utf8)
        guard let first = scheme.first, letters.contains(first) else { return false }
        return scheme.allSatisfy { letters.contains($0) || others.contains($0) } && text.utf8.index(after: colon) != text.utf8.endIndex
    }
}

extension PredicateType {
    /// The short names, for messages.
    static let knownNames = "slsaprovenance1, slsaprovenance, spdxjson, cyclonedx, vuln, openvex"
}
