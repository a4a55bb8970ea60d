package import JSON

extension Evidence: JSONEncodable {
    package var json: JSON {
        var object: JSONObject = [
            "policy": .string(policy), "authority": .string(authority), "keyFingerprint": .string(keyFingerprint),
            "signatureDigest": .string(signatureDigest), "manifestDigest": .string(manifestDigest),
        ]
        object.set("attestation", attestation)
        object.set("proof", proof)
        return .object(object)
    }
}

extension SignatureVerdict.Attempt: JSONEncodable {
    package var json: JSON {
        var object: JSONObject = ["manifest": .string(manifest), "layer": .integer(Int64(layer)), "layerDigest": .string(layerDigest)]
        object.set("authority", authority)
        object.set("keyFingerprint", keyFingerprint)
        object.set("evidence", evidence)
        object.set("failure", failure?.name)
        object.set("message", failure?.description)
        return .object(object)
    }
}

extension BundleEvidence.Time.Source: CustomStringConvertible {
    package var description: String {
        switch self {
        case .log(let name): "log \(name)"
        case .timestampAuthority(let name): "time-stamp authority \(name)"
        case .signingAuthority(let name): "signing authority \(name)"
        }
    }
}

extension Judgement.AttestationFinding: JSONEncodable {
    package var json: JSON {
        var object: JSONObject = ["name": .string(name), "passed": .bool(verdict.failure == nil)]
        object.set("failure", verdict.failure?.name)
        object.set("message", verdict.failure?.description)
        object.setUnlessEmpty("attempts", verdict.attempts)
        return .object(object)
    }
}

extension Judgement.Finding: JSONEncodable {
    package var json: JSON {
        var object: JSONObject = ["policy": .string(policy), "mode": .string(mode.rawValue), "passed": .bool(failure == nil)]
        object.set("failure", failure?.name)
        object.set("message", failure?.description)
        object.setUnlessEmpty("attempts", verdict.attempts)
        object.setUnlessEmpty("attestations", attestations)
        object.setUnlessEmpty("evidence", evidence)
        return .object(object)
    }
}

extension Judgement: JSONEncodable {
    /// For `-o json`: everything that was tried, and what came of it.
    package var json: JSON {
        var object: JSONObject = ["trusted": .bool(isTrusted), "message": .string(message)]
        object.set("failure", failure?.name)
        object.setUnlessEmpty("warnings", warnings)
        object.setUnlessEmpty("policies", findings)
        return .object(object)
    }
}
