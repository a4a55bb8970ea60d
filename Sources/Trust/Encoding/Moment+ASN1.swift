import SwiftASN1

extension Moment {
    /// The Time of a certificate (RFC 5280 §4.1.2.5): UTCTime until 2049, GeneralizedTime from 2050, both with seconds and Z, without fraction.
    init(certificateTime node: ASN1Node, _ what: String) throws(ASN1Fault) {
        let bytes = try node.primitive(what)
        var digits = DigitReader(bytes)
        var year: Int?
        switch node.identifier {
        case .utcTime:
            year = digits.number(2).map { $0 < 50 ? 2000 + $0 : 1900 + $0 }
        case .generalizedTime:
            year = digits.number(4)
            guard let year, year >= 2050 else { throw ASN1Fault("\(what): GeneralizedTime before 2050, wanted UTCTime") }
        default:
            throw ASN1Fault("\(what): found the tag \(node.identifier), wanted UTCTime or GeneralizedTime")
        }
        guard let year, let time = Self.fromMonth(of: year, &digits), digits.take("Z"), digits.isAtEnd else {
            throw ASN1Fault("\(what): no time in UTC with seconds and Z")
        }
        self = time
    }

    /// The genTime of a time stamp (RFC 3161 §2.4.2): GeneralizedTime in DER, with at most nine digits of a fraction that doesn't end with 0.
    init(genTime node: ASN1Node) throws(ASN1Fault) {
        guard node.identifier == .generalizedTime else { throw ASN1Fault("genTime: found the tag \(node.identifier)") }
        let bytes = try node.primitive("genTime")
        var digits = DigitReader(bytes)
        guard let year = digits.number(4), let time = Self.fromMonth(of: year, &digits) else { throw ASN1Fault("genTime: no time") }
        var nanoseconds: Int32 = 0
        if digits.take(".") {
            guard let fraction = digits.fraction(), bytes.dropLast().last != UInt8(ascii: "0") else {
                throw ASN1Fault("genTime: a fraction that isn't DER, or finer than a nanosecond")
            }
            nanoseconds = fraction
        }
        guard digits.take("Z"), digits.isAtEnd else { throw ASN1Fault("genTime: wanted a time that ends with Z") }
        self.init(seconds: time.seconds, nanoseconds: nanoseconds)
    }

    private static func fromMonth(of year: Int, _ digits: inout DigitReader) -> Moment? {
        guard let month = digits.number(2), let day = digits.number(2), let hour = digits.number(2), let minute = digits.number(2),
            let second = digits.number(2)
        else { return nil }
        return Moment(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    }
}
