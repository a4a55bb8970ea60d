import Crypto
import JSON
import KubeCore

/// Names the signatures that vouch for a revision, so that two who verified it by themselves can see that they saw the same ones.
package enum EvidenceHash {
    /// `sha256:` and the hash of what shows who signed what and when, each signature once, in an order of its own: whoever verified the same
    /// signatures has the same hash, whatever the policies are called and whenever it was.
    package static func of(_ evidence: [VerificationEvidence]) -> String {
        let signatures = Set(evidence.map { signature($0).bytes() }).sorted { $0.lexicographicallyPrecedes($1) }
        var hash = SHA256()
        for signature in signatures {
            hash.update(data: signature)
            hash.update(data: [0])
        }
        return "sha256:"
            + hash.finalize().map { byte in
                let text = String(byte, radix: 16)
                return byte < 16 ? "0" + text : text
            }.joined()
    }

    private static func signature(_ evidence: VerificationEvidence) -> JSON {
        var signature: JSONObject = [
            "key": .string(evidence.keyFingerprint), "signature": .string(evidence.signatureDigest),
        ]
        for (name, text) in [
            ("manifest", evidence.manifest), ("issuer", evidence.issuer), ("subject", evidence.subject), ("log", evidence.log),
        ] {
            if let text { signature[name] = .string(text) }
        }
        if let index = evidence.logIndex { signature["index"] = index.json }
        if let time = evidence.signedAt { signature["time"] = time.json }
        return .object(signature)
    }
}
