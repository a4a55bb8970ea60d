package import JSON

/// The OpenAPI documents of the kinds served: `/openapi/v3` and what it points to, and `/openapi/v2`.
///
/// What kubectl does with them: version 1.27 and later looks in v3 whether a kind's PATCH knows `fieldValidation`, and then leaves
/// validation to the server; `explain` reads v3. Older ones need v2 in protocol buffers to validate before they apply; an answer
/// without a kind makes them skip it, and a 404 or 406 makes `kubectl apply` fail.
package struct OpenAPIDocuments: Sendable {
    private let kinds: [OpenAPIKind]
    private let documents: [String: JSON]

    package init(_ kinds: [OpenAPIKind]) {
        self.kinds = kinds
        documents = Dictionary(grouping: kinds, by: \.documentPath).mapValues { OpenAPIDocument(kinds: $0).json }
    }

    /// `/openapi/v3`: where each group version's document is. Its address changes when its content does.
    package var index: JSON {
        var paths = JSONObject()
        for path in documents.keys.sorted() {
            paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(Self.hash(documents[path]!))")]
        }
        return ["paths": .object(paths)]
    }

    /// The document at `/openapi/v3/` + path, as in `apis/graft.dev/v1alpha1`; nil when nothing of that group version is served.
    package func document(_ path: String) -> JSON? { documents[path] }

    /// `/openapi/v2` as JSON.
    package var swagger: JSON { SwaggerDocument(kinds: kinds).json }

    /// `/openapi/v2` for whoever accepts `swaggerMediaTypes`.
    package var swaggerProtobuf: [UInt8] { SwaggerDocument(kinds: kinds).protobuf }

    /// The media types of v2 in protocol buffers, as clients name them; answers carry the first.
    package static let swaggerMediaTypes = [
        "application/com.github.proto-openapi.spec.v2@v1.0+protobuf", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
    ]

    /// FNV-1a, 64 bits: tells contents apart, protects nothing.
    private static func hash(_ document: JSON) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in document.bytes() { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
