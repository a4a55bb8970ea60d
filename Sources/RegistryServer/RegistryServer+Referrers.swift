internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import OCI

extension RegistryServer {
    /// Entries of one page at most. Each is bounded, so that a page stays far below what clients read of a document.
    private static let pageSize = 100

    /// What is about a manifest, also about one that is not here (distribution specification 1.1, "Listing Referrers"): an index, page by page.
    func referrers(of digest: Digest, in route: RegistryRoute, _ request: Request) throws -> Response {
        guard request.method == .get || request.method == .head else { throw Self.unsupported(request) }
        let repository = try route.name()
        let wanted = route.query["artifactType"]
        var entries: [Descriptor] = []
        var next: String?
        for name in try storage.referrers(of: digest, in: repository, after: route.query["last"]) {
            guard entries.count < Self.pageSize else {
                next = entries.last.map { "\($0.digest.algorithm.rawValue)-\($0.digest.hex)" }
                break
            }
            let entry = try storage.referrer(name, of: digest, in: repository)
            if wanted == nil || entry.artifactType == wanted { entries.append(entry) }
        }
        let bytes = Index(manifests: entries).json.bytes()
        var fields: HTTPFields = [.contentType: MediaType.index, .contentLength: "\(bytes.count)", .apiVersion: "registry/2.0"]
        if wanted != nil { fields[.ociFiltersApplied] = "artifactType" }
        if let next {
            let filter = wanted.map { "artifactType=\(Self.encoded($0))&" } ?? ""
            fields[.link] = "</v2/\(repository)/referrers/\(digest)?\(filter)last=\(next)>; rel=\"next\""
        }
        return Response(status: .ok, headers: fields, body: request.method == .head ? .init() : .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A value for a query.
    private static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "/"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                result += "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }
        return result
    }
}
