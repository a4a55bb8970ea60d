internal import HTTPTypes
internal import Hummingbird
internal import OCI

extension RegistryServer {
    /// `POST blobs/uploads/`: mounts a blob of another repository, takes a whole blob, or opens an upload.
    func startUpload(in route: RegistryRoute, _ request: Request) async throws -> Response {
        guard request.method == .post else { throw Self.unsupported(request) }
        let repository = try route.name()
        if let mount = route.query["mount"], let from = route.query["from"], let digest = try? Digest(parsing: mount) {
            if try await isReadable(from, request), storage.size(of: digest, in: from) != nil {
                try storage.link(digest, in: repository)
                return created(digest, in: repository)
            }
        }
        let upload = try uploads.begin(in: repository, storage.blobs, now: .now)
        guard route.query["digest"] != nil else { return accepted(upload) }
        return try await finish(upload, route, request)
    }

    func upload(_ id: String, in route: RegistryRoute, _ request: Request) async throws -> Response {
        let upload = try uploads.find(id, in: try route.name())
        switch request.method {
        case .get: return Response(status: .noContent, headers: progress(upload))
        case .patch:
            try await receive(request, into: upload)
            return accepted(upload)
        case .put: return try await finish(upload, route, request)
        case .delete:
            uploads.forget(upload)
            return Response(status: .noContent)
        default: throw Self.unsupported(request)
        }
    }

    /// Takes what is left, and makes the blob visible when its digest is the one announced. In any other case the upload is gone.
    private func finish(_ upload: Upload, _ route: RegistryRoute, _ request: Request) async throws -> Response {
        guard let text = route.query["digest"], let wanted = try? Digest(parsing: text) else {
            throw RegistryFault(.digestInvalid, "the query parameter digest is missing or no digest")
        }
        defer { uploads.forget(upload) }
        try await receive(request, into: upload)
        let found = try digest(of: upload, by: wanted.algorithm)
        guard found == wanted else { throw RegistryFault(.digestInvalid, "the content has the digest \(found), not \(wanted)") }
        try storage.place(upload.file, as: wanted, in: upload.repository)
        return created(wanted, in: upload.repository)
    }

    /// SHA-256 is computed as the bytes come; another algorithm is only known at the end.
    private func digest(of upload: Upload, by algorithm: Digest.Algorithm) throws -> Digest {
        if algorithm == .sha256 { return upload.digest }
        var digester = Digester(algorithm)
        let reader = try FileReader(upload.file.path)
        while let part = try reader.next() { digester.update(part) }
        return digester.digest
    }

    private func receive(_ request: Request, into upload: Upload) async throws {
        guard upload.acquire() else { throw RegistryFault(.uploadInvalid, "another request writes to this upload") }
        defer { upload.release() }
        if let range = request.headers[.contentRange] {
            let start = range.split(separator: " ").last.flatMap { $0.split(separator: "-").first }.flatMap { Int($0) }
            guard start == upload.size else {
                throw RegistryFault(.rangeInvalid, "the next chunk starts at \(upload.size)", fields: progress(upload))
            }
        }
        for try await part in request.body {
            guard upload.size + part.readableBytes <= limits.blobSize else {
                uploads.forget(upload)
                throw RegistryFault(.tooLarge, "content of more than \(limits.blobSize) bytes is not taken")
            }
            try upload.append(Array(part.readableBytesView), now: .now)
        }
    }

    /// A name that could be one of ours, so that it may become a path, of a repository this client may pull from.
    private func isReadable(_ name: String, _ request: Request) async throws -> Bool {
        guard (try? Reference(registry: "registry.local", repository: name)) != nil else { return false }
        return try await authorize(Access(action: .pull, repository: name, authorization: request.headers[.authorization])) == .allowed
    }

    private func accepted(_ upload: Upload) -> Response { Response(status: .accepted, headers: progress(upload)) }

    private func progress(_ upload: Upload) -> HTTPFields {
        [
            .location: "/v2/\(upload.repository)/blobs/uploads/\(upload.id)", .range: "0-\(max(0, upload.size - 1))", .uploadID: upload.id,
            .apiVersion: "registry/2.0",
        ]
    }

    private func created(_ digest: Digest, in repository: String) -> Response {
        Response(
            status: .created,
            headers: [
                .location: "/v2/\(repository)/blobs/\(digest)", .contentDigest: digest.description, .apiVersion: "registry/2.0",
                .contentLength: "0",
            ])
    }
}
