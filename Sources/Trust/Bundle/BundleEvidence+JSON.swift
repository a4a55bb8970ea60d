package import JSON

extension BundleEvidence: JSONEncodable {
    /// For statuses and `-o json`. Members in order, so that equal evidence is equal bytes.
    package var json: JSON {
        var object: JSONObject = ["signer": signer.json, "keyFingerprint": .string(keyFingerprint)]
        object.set("authority", authority)
        object.set("certificateFingerprint", certificateFingerprint)
        object.set("trustRoot", rootDigest)
        object.setUnlessEmpty("times", times)
        object.setUnlessEmpty("logEntries", logEntries)
        object.setUnlessEmpty("certificateLogs", certificateLogs)
        object.set("predicateType", predicateType)
        object.setUnlessEmpty("rejectedTimestamps", rejectedTimestamps)
        object.set("holdsUntil", holdsUntil?.description)
        return .object(object)
    }
}

extension BundleEvidence.Time: JSONEncodable {
    package var json: JSON {
        switch source {
        case .log(let name): ["time": .string(time.description), "log": .string(name)]
        case .timestampAuthority(let name): ["time": .string(time.description), "timestampAuthority": .string(name)]
        case .signingAuthority(let name): ["time": .string(time.description), "signingAuthority": .string(name)]
        }
    }
}

extension BundleEvidence.LogPlace: JSONEncodable {
    package var json: JSON { ["log": .string(log), "id": .string(logID), "index": .integer(index)] }
}

extension VerifiedSigner: JSONEncodable {
    package var json: JSON {
        switch self {
        case .key(let fingerprint): return ["key": .string(fingerprint)]
        case .identity(let identity):
            var object: JSONObject = ["subject": .string(identity.subject), "kind": .string(identity.kind.rawValue)]
            object.set("issuer", identity.issuer)
            return .object(object)
        }
    }
}
