import SwiftASN1

extension Certificate {
    /// The TBSCertificate that a log signed before the timestamps were put in (RFC 6962 §3.2): this one without their extension.
    /// Every other byte is as it was issued.
    func precertificateTBS() throws(SCTFailure) -> [UInt8] {
        do throws(ASN1Fault) {
            var reader = try NodeReader(der: tbs, "TBSCertificate")
            var fields: [UInt8] = []
            fields.reserveCapacity(tbs.count)
            for field in reader.rest() {
                guard field.identifier == ASN1Identifier(tagWithNumber: 3, tagClass: .contextSpecific) else {
                    fields.append(contentsOf: field.encodedBytes)
                    continue
                }
                var kept: [UInt8] = []
                for one in try field.inner("extensions").children("extensions") {
                    var parts = try NodeReader(one, .sequence, "extension")
                    let type = try parts.next().objectIdentifier("extension")
                    if type != SignedCertificateTimestamp.listType { kept.append(contentsOf: one.encodedBytes) }
                }
                // Extensions is a SEQUENCE of at least one; without any, the field is absent.
                if !kept.isEmpty { fields.append(contentsOf: DERWriter.value(0xa3, DERWriter.value(DERWriter.sequence, kept))) }
            }
            return DERWriter.value(DERWriter.sequence, fields)
        } catch {
            throw .malformed(error.reason)
        }
    }
}
