internal import HTTPTypes
package import Hummingbird
internal import Logging
internal import OCI

/// A registry of the OCI distribution specification 1.1 in a directory: pull, also of ranges, push in one request or in chunks, mount, tags,
/// referrers. It leaves out deletion.
///
/// All content is in files named by their digest; a file, tag or manifest that is there is whole, also after `kill -9`. An upload is seen by nobody
/// before its digest was checked.
package struct RegistryServer: Sendable {
    package struct Limits: Sendable {
        /// Bytes of one blob.
        package var blobSize: Int
        /// Uploads that are begun and not ended.
        package var uploads: Int
        /// After this time without a byte an upload may be given up.
        package var uploadIdle: Duration

        package init(blobSize: Int = 1 << 30, uploads: Int = 256, uploadIdle: Duration = .seconds(600)) {
            self.blobSize = blobSize
            self.uploads = uploads
            self.uploadIdle = uploadIdle
        }
    }

    /// What a request wants to do, for whoever decides whether it may.
    package struct Access: Sendable, Hashable {
        package enum Action: Sendable { case pull, push }

        package var action: Action
        /// Nil for `/v2/`, which clients ask to learn how to authenticate.
        package var repository: String?
        /// The `Authorization` field as it came.
        package var authorization: String?
    }

    package enum Verdict: Sendable, Hashable {
        case allowed
        /// The credentials are known, but not allowed this.
        case denied
        /// Other credentials are wanted; the value of `WWW-Authenticate`, for example `Basic realm="graft"`.
        case challenge(String)
    }

    let storage: RegistryStorage
    let uploads: UploadTable
    let limits: Limits
    let authorize: @Sendable (Access) async throws -> Verdict

    /// Makes the directory if need be, and removes what a killed server left unfinished: only one server may run on a directory.
    /// - Throws: `OCIError.storage`.
    package init(
        directory: String, limits: Limits = Limits(), authorize: @escaping @Sendable (Access) async throws -> Verdict = { _ in .allowed }
    ) throws {
        storage = try RegistryStorage(directory)
        uploads = UploadTable(limits: limits)
        self.limits = limits
        self.authorize = authorize
    }

    /// Serves `/v2/` and all below it.
    package func addRoutes(to router: Router<some RequestContext>) {
        for method in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete] {
            for path in ["/v2", "/v2/**"] as [RouterPath] {
                router.on(path, method: method) { request, context in await respond(to: request, context.logger) }
            }
        }
    }

    /// Never throws: what goes wrong is an answer as the specification has it.
    private func respond(to request: Request, _ logger: Logger) async -> Response {
        do {
            return try await answer(request)
        } catch let fault as RegistryFault {
            return fault.response
        } catch let error as OCIError {
            let fault = RegistryFault(error)
            if fault.code == .storage { logger.error("the registry can't do its work", metadata: ["error": "\(fault.message)"]) }
            return fault.response
        } catch is CancellationError {
            return RegistryFault(.unavailable, "the server is shutting down").response
        } catch {
            // A client that went away in the middle of its upload reads no answer.
            return RegistryFault(.uploadInvalid, "the request's body ended early").response
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        let route = try RegistryRoute(request)
        let isPush = request.method != .get && request.method != .head
        let access = Access(action: isPush ? .push : .pull, repository: route.repository, authorization: request.headers[.authorization])
        switch try await authorize(access) {
        case .allowed: break
        case .denied: throw RegistryFault(.denied, "these credentials may not do this")
        case .challenge(let challenge): throw RegistryFault(.unauthorized, "credentials are wanted", fields: [.wwwAuthenticate: challenge])
        }
        switch route.target {
        case .root: return Self.json(.ok, "{}", isHead: request.method == .head)
        case .manifest(let name): return try await manifest(name, in: route, request)
        case .blob(let digest): return try blob(digest, in: route, request)
        case .uploads: return try await startUpload(in: route, request)
        case .upload(let id): return try await upload(id, in: route, request)
        case .tags: return try tags(in: route, request)
        case .referrers(let digest): return try referrers(of: digest, in: route, request)
        }
    }

    static func json(_ status: HTTPResponse.Status, _ text: String, isHead: Bool = false, fields: HTTPFields = [:]) -> Response {
        var headers = fields
        headers[.contentType] = "application/json"
        headers[.apiVersion] = "registry/2.0"
        headers[.contentLength] = "\(text.utf8.count)"
        return Response(status: status, headers: headers, body: isHead ? .init() : .init(byteBuffer: ByteBuffer(string: text)))
    }

    static func unsupported(_ request: Request) -> RegistryFault {
        RegistryFault(.unsupported, "\(request.method) is not supported here")
    }
}

extension HTTPField.Name {
    static var apiVersion: Self { Self("Docker-Distribution-API-Version")! }
    static var contentDigest: Self { Self("Docker-Content-Digest")! }
    static var uploadID: Self { Self("Docker-Upload-UUID")! }
    static var link: Self { Self("Link")! }
    static var ociSubject: Self { Self("OCI-Subject")! }
    static var ociFiltersApplied: Self { Self("OCI-Filters-Applied")! }
}
