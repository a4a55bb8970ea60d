internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import OCI

/// An error as the distribution specification has clients told ("Error Codes").
struct RegistryFault: Error, Sendable {
    enum Code: String, Sendable {
        case blobUnknown = "BLOB_UNKNOWN"
        case uploadInvalid = "BLOB_UPLOAD_INVALID"
        case uploadUnknown = "BLOB_UPLOAD_UNKNOWN"
        case digestInvalid = "DIGEST_INVALID"
        case manifestBlobUnknown = "MANIFEST_BLOB_UNKNOWN"
        case manifestInvalid = "MANIFEST_INVALID"
        case manifestUnknown = "MANIFEST_UNKNOWN"
        case nameInvalid = "NAME_INVALID"
        case nameUnknown = "NAME_UNKNOWN"
        case sizeInvalid = "SIZE_INVALID"
        case unauthorized = "UNAUTHORIZED"
        case denied = "DENIED"
        case unsupported = "UNSUPPORTED"
        case tooManyRequests = "TOOMANYREQUESTS"
        // These are not the specification's.
        case notFound = "NOT_FOUND"
        case tooLarge = "TOO_LARGE"
        case rangeInvalid = "RANGE_INVALID"
        case storage = "STORAGE"
        case unavailable = "UNAVAILABLE"

        var status: HTTPResponse.Status {
            switch self {
            case .blobUnknown, .uploadUnknown, .manifestBlobUnknown, .manifestUnknown, .nameUnknown, .notFound: .notFound
            case .uploadInvalid, .digestInvalid, .manifestInvalid, .nameInvalid, .sizeInvalid: .badRequest
            case .unauthorized: .unauthorized
            case .denied: .forbidden
            case .unsupported: .methodNotAllowed
            case .tooManyRequests: .tooManyRequests
            case .tooLarge: .contentTooLarge
            case .rangeInvalid: .rangeNotSatisfiable
            case .storage: .internalServerError
            case .unavailable: .serviceUnavailable
            }
        }
    }

    var code: Code
    var message: String
    var fields: HTTPFields

    init(_ code: Code, _ message: String, fields: HTTPFields = [:]) {
        self.code = code
        self.message = message
        self.fields = fields
    }

    /// What storage and documents complain of.
    init(_ error: OCIError) {
        switch error.code {
        case .digestMismatch: self.init(.digestInvalid, error.message)
        case .sizeMismatch: self.init(.sizeInvalid, error.message)
        case .tooLarge: self.init(.tooLarge, error.message)
        case .malformed: self.init(.manifestInvalid, error.message)
        case .invalidReference: self.init(.nameInvalid, error.message)
        default: self.init(.storage, error.message)
        }
    }

    var response: Response {
        let error: JSON = ["code": .string(code.rawValue), "message": .string(message)]
        return RegistryServer.json(code.status, JSON.object(["errors": [error]]).text(), fields: fields)
    }
}
